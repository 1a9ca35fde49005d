"""A Redis server of the tests' own, to be killed, emptied and restarted at will."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

START_TIMEOUT_S = 60.0


def free_port() -> int:
    """A port above 20000 that nobody listens at."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port > 20_000:
            return port


@dataclass
class RedisServer:
    """One server in a folder, reached by a socket there.

    Attributes:
        options: more of its command line, such as those of TLS.
        saves: whether what it holds outlives it.
    """

    folder: Path
    options: tuple[str, ...] = ()
    saves: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        return self.folder / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def client(self) -> Redis:
        return Redis.from_url(self.url, decode_responses=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["redis-server", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
        if "--port" not in self.options and "--tls-port" not in self.options:
            command += ["--port", "0"]
        command += ["--appendonly", "yes", "--appendfsync", "always"] if self.saves else []
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen([*command, *self.options], stdout=log, stderr=log)  # noqa: S603
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "redis.log").read_text()
            assert time.monotonic() < deadline, "the Redis server does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with contextlib.closing(self.client) as client, contextlib.suppress(RedisError):
            return bool(client.ping())
        return False


@contextlib.contextmanager
def redis_server(folder: Path, *options: str, saves: bool = False) -> Iterator[RedisServer]:
    """A running, empty server."""
    folder.mkdir(parents=True, exist_ok=True)
    server = RedisServer(folder, options, saves)
    server.start()
    try:
        yield server
    finally:
        server.kill()
