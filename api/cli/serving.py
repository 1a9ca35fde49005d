"""The API in this process: in the foreground for `serve`, in a thread for `demo`."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import uvicorn

from api.app import create_app
from pipelines.assembly import Assembly
from pipelines.settings import Settings, utc_now
from vision.errors import ConfigurationError

_POLL_S = 0.05
# Streams of events never end by themselves: those still open then are cut.
_GRACE_S = 5


def server(settings: Settings, clock: Callable[[], datetime] = utc_now) -> uvicorn.Server:
    """A server for this installation, opened; run it, for it closes the installation at its end.

    Raises:
        WrongMasterKey, ConfigurationError, ModelError: the installation cannot be opened; nothing was changed.
    """
    # Opened here and not by the app: a cause that a user can mend must not drown in the server's traceback.
    assembly = Assembly.open(settings, clock)
    config = uvicorn.Config(
        create_app(settings, open_assembly=lambda _settings: assembly),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return uvicorn.Server(config)


@contextmanager
def serving(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Iterator[str]:
    """Serve while the block runs; yields the address.

    Raises:
        WrongMasterKey, ConfigurationError, ModelError: the installation cannot be opened, or the address is taken.
    """
    running = server(settings, clock)
    thread = threading.Thread(target=running.run, name="api")
    thread.start()
    try:
        while not running.started:
            thread.join(_POLL_S)
            if not thread.is_alive():
                raise ConfigurationError(f"the API did not start on {settings.host}:{settings.port}")
        port = running.servers[0].sockets[0].getsockname()[1]
        yield f"http://{settings.host}:{port}"
    finally:
        running.should_exit = True
        thread.join()
