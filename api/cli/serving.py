"""The API in this process: in the foreground for `serve`, in a thread for `demo`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create_app
from pipelines.settings import Settings
from vision.errors import ConfigurationError

_POLL_S = 0.05
# Streams of events never end by themselves: those still open then are cut.
_GRACE_S = 5


def server(settings: Settings) -> uvicorn.Server:
    """A server for this installation; nothing is opened before it runs."""
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return uvicorn.Server(config)


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve while the block runs; yields the address.

    Raises:
        ConfigurationError: the server could not start; its log says why.
    """
    running = server(settings)
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
