"""The `citygate` command: everything that `api` and `benchmarks` offer, under one name."""

import gc

# All that is imported here stays to the end: looking for garbage among it takes a seventh of the time to start.
gc.disable()

from api.cli import app  # noqa: E402
from benchmarks.cli import app as bench  # noqa: E402

app.add_typer(bench, name="bench")
gc.freeze()
gc.enable()


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
