"""`citygate serve`: the API, its cameras and its barriers, until it is stopped."""

from typing import Annotated

import typer

from api.cli.console import console, failures_in_one_line
from api.cli.serving import server
from pipelines.settings import Settings


@failures_in_one_line
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="default: CITYGATE_HOST")] = None,
    port: Annotated[int | None, typer.Option(help="default: CITYGATE_PORT")] = None,
) -> None:
    """Serve the API; stops in order on SIGTERM or Ctrl-C."""
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = Settings.read().model_copy(update=given)
    console.print(f"Citygate on http://{settings.host}:{settings.port}, home {settings.home}", soft_wrap=True)
    running = server(settings)
    running.run()
    if not running.started:
        raise typer.Exit(1)
