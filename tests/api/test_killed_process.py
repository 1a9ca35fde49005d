"""What was answered outlives a process that is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.api.conftest import ROOT

SERVE = """
import sys, time
from pathlib import Path
from tests.api.conftest import running
from tests.fakes import FakeClock

with running(Path(sys.argv[1]), FakeClock()) as api:
    print(api.client.base_url, api.client.headers["Authorization"], sep="\\t", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603
        assert process.stdout is not None
        address, key = process.stdout.readline().strip().split("\t")
        headers = {"Authorization": key}
        added = [
            httpx.post(f"{address}/v1/subjects", json={"label": f"s{i}"}, headers=headers).json()["id"]
            for i in range(20)
        ]
        os.kill(process.pid, signal.SIGKILL)
    store = Store.open(Settings(home=tmp_path))
    assert [subject.id for subject in store.subjects.list().items] == added
    assert store.audit.verify_chain() is None
    store.close()
