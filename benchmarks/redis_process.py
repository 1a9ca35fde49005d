"""A Redis server of this run's own, in a folder that is deleted after it."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from vision.errors import ConfigurationError

START_TIMEOUT_S = 30.0
POLL_S = 0.02


def redis_is_here() -> bool:
    """Whether a Redis server is installed."""
    return shutil.which("redis-server") is not None


@contextmanager
def running_redis() -> Iterator[str]:
    """The URL of an empty server that keeps nothing on the disk.

    Raises:
        ConfigurationError: it does not start.
    """
    # The path of a socket may have some hundred characters at most.
    with tempfile.TemporaryDirectory(prefix="cg-") as folder, tempfile.TemporaryFile() as log:
        path = Path(folder) / "redis.sock"
        options = ["--port", "0", "--unixsocket", str(path), "--dir", folder, "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(["redis-server", *options], stdout=log, stderr=log)  # noqa: S603, S607 - ours
        try:
            if not _answers(f"unix://{path}", process):
                raise ConfigurationError(f"redis-server: wanted an answer within {START_TIMEOUT_S:g} s, got none")
            yield f"unix://{path}"
        finally:
            process.terminate()
            process.wait()


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_TIMEOUT_S
    with Redis.from_url(url) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                return bool(client.ping())
            except RedisError:
                time.sleep(POLL_S)
    return False
