"""The API as users run it, `citygate serve`, in a process of its own on one core."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from vision.errors import ConfigurationError

HOST = "127.0.0.1"
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 15.0
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class RunningApi:
    """An API that is ready.

    Attributes:
        url: where it answers.
        pid: its process.
        start_s: from starting the process to `/readyz`.
        pinned: whether the system could keep it to one core.
    """

    url: str
    pid: int
    start_s: float
    pinned: bool

    def resident_mb(self) -> float | None:
        """Megabytes (10^6 bytes) of memory in use; None where the system does not say."""
        status = Path(f"/proc/{self.pid}/status")
        found = re.search(r"^VmRSS:\s+(\d+) kB$", status.read_text(), re.MULTILINE) if status.exists() else None
        return int(found[1]) * 1024 / 1e6 if found else None


@contextmanager
def running_api(settings: Mapping[str, str]) -> Iterator[RunningApi]:
    """Start the API, wait until it is ready, and stop it afterwards.

    Args:
        settings: names of `Settings` and their values, as the environment gives them; no others are passed on.

    Raises:
        ConfigurationError: it ended, or was not ready in time; the message ends with its last words.
    """
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        start = time.monotonic()
        with _one_core() as pinned:
            process = subprocess.Popen(
                [sys.executable, "-m", "citygate", "serve"],
                cwd=Path(__file__).parents[1],
                env=_environment({**settings, "host": HOST, "port": str(port)}),
                stdout=log,
                stderr=log,
            )
        try:
            url = f"http://{HOST}:{port}"
            if not _ready(url, process, start + START_TIMEOUT_S):
                log.seek(0)
                words = log.read()[-2000:].decode(errors="replace")
                raise ConfigurationError(f"wanted an API that is ready within {START_TIMEOUT_S:g} s, got: {words}")
            yield RunningApi(url, process.pid, time.monotonic() - start, pinned)
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    # A user's own settings could name the database of a running gate; none of them is handed on.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CITYGATE_")}
    return {**inherited, **{f"CITYGATE_{name.upper()}": value for name, value in settings.items()}}


@contextmanager
def _one_core() -> Iterator[bool]:
    """Processes started meanwhile inherit one core, the last of ours; False where the system cannot do it."""
    if sys.platform != "linux":
        yield False
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield True
    finally:
        os.sched_setaffinity(0, allowed)


def _ready(url: str, process: subprocess.Popen[bytes], deadline: float) -> bool:
    with httpx.Client(timeout=5.0) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(f"{url}/readyz").status_code == httpx.codes.OK:
                    return True
            except httpx.TransportError:
                pass  # it does not listen yet
            time.sleep(POLL_S)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
