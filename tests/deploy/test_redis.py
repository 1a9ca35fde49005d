"""Redis as the compose file starts it: with the same script and the same configuration."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from api.cli.doctor_redis import examine_bus
from tests.deploy.deployment import FOLDER, compose

START_TIMEOUT_S = 60.0


@pytest.fixture
def socket_file(tmp_path: Path) -> Iterator[Path]:
    """Of a Redis that runs; the paths of the container are folders of the test."""
    if shutil.which("redis-server") is None and not os.environ.get("CI"):
        pytest.skip("needs redis-server")
    shell, flag, script = compose()["services"]["redis"]["command"]
    (tmp_path / "redis_password").write_text("hidden-word\n", "ascii")
    local = f"dir {tmp_path}\nport 0\nunixsocket {tmp_path}/redis.sock\n"
    (tmp_path / "redis.conf").write_text(
        (FOLDER / "redis.conf").read_text("utf-8").replace("dir /data\n", local), "utf-8"
    )
    script = script.replace("$$", "$").replace("/etc/citygate", str(tmp_path)).replace("/run/secrets", str(tmp_path))
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen([shell, flag, script], stdout=log, stderr=log)  # noqa: S603
    try:
        _wait_for(tmp_path / "redis.sock", running)
        yield tmp_path / "redis.sock"
    finally:
        running.kill()
        running.wait()


@pytest.mark.redis
def test_it_wants_its_password_and_satisfies_the_doctor(socket_file: Path) -> None:
    findings = list(examine_bus(f"unix://:hidden-word@{socket_file}"))
    assert len(findings) == 5
    assert [finding for finding in findings if finding.advice] == []
    (refused,) = examine_bus(f"unix://{socket_file}")
    assert "Authentication" in refused.state


def _wait_for(socket_file: Path, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        assert running.poll() is None, (socket_file.parent / "log").read_text("utf-8")
        assert time.monotonic() < deadline, "the Redis server does not answer"
        try:
            with Redis.from_url(f"unix://:hidden-word@{socket_file}") as client:
                client.ping()
        except RedisError:
            time.sleep(0.05)
        else:
            return
