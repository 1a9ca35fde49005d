"""A real RTSP server of the tests' own: a camera that is unplugged, hangs, and comes back at the same address."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.redis import free_port

PASSWORD = "hunter2-secret"
START_TIMEOUT_S = 60.0
_PYTHON = Path("/usr/bin/python3")
_SCRIPT = Path(__file__).with_name("rtsp_camera.py")


def bindings_are_here() -> bool:
    """Whether Debian's Python can serve RTSP."""
    types = any(Path("/usr/lib").glob("*/girepository-1.0/GstRtspServer-1.0.typelib"))
    return types and _PYTHON.exists() and Path("/usr/lib/python3/dist-packages/gi").is_dir()


@dataclass
class RtspCamera:
    """One camera at one address; see `rtsp_camera`.

    Attributes:
        log: of the server.
        port: the same after each start.
    """

    log: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """With a password, which it does not ask for and nobody may log."""
        return f"rtsp://admin:{PASSWORD}@127.0.0.1:{self.port}/camera"

    def start(self) -> None:
        """Plug it in, and wait until it listens."""
        with self.log.open("ab") as log:
            command = [str(_PYTHON), str(_SCRIPT), str(self.port)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own script
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._listens():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, "the RTSP server does not listen"
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9: connections end, and nobody listens any more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It says not a word more, though the kernel still lets everybody in."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it stood."""
        self._signal(signal.SIGCONT)

    def close_lens(self) -> None:
        """Its pictures stop, and its sound goes on."""
        self._signal(signal.SIGUSR1)

    def _signal(self, number: int) -> None:
        assert self._process is not None, "wanted a camera that was started"
        self._process.send_signal(number)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False


@contextlib.contextmanager
def rtsp_camera(folder: Path) -> Iterator[RtspCamera]:
    """A camera that is plugged in."""
    camera = RtspCamera(folder / "rtsp.log")
    camera.start()
    try:
        yield camera
    finally:
        camera.kill()
