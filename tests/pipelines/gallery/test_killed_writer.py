"""A process that is killed while it enrols and erases leads every other one to the same index."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import FakeEmbedder
from tests.pipelines.site import GALLERY, Site

ROOT = Path(__file__).parents[3]
MODEL = "fake-v1"
ROUNDS = 3
CHANGE = """
import sys
from pathlib import Path
from tests.fakes import FakeEmbedder
from tests.pipelines.site import GALLERY, Site

site = Site(Path(sys.argv[1]))
people = FakeEmbedder("fake-v1")
number = 0
while True:
    subject_id = site.subject()
    site.store.templates.add(subject_id, GALLERY, [(people.embedding(number % 12), 0.9)] * 2, actor="test")
    if number % 3 == 0:
        site.store.subjects.erase(subject_id, actor="test")
    number += 1
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_writer_leaves_no_template_unfound_and_no_ghost(site: Site) -> None:
    assert site.galleries.follow(GALLERY, [MODEL])
    for _ in range(ROUNDS):
        command = [sys.executable, "-c", CHANGE, str(site.home)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603
            assert process.stdout is not None
            for _ in range(4):
                assert process.stdout.readline()
                assert site.galleries.follow(GALLERY, [MODEL])
            os.kill(process.pid, signal.SIGKILL)
        assert site.galleries.follow(GALLERY, [MODEL])
        stored = {entry.id: entry.subject_id for entry in site.store.templates.list(limit=500).items}
        assert site.galleries._replica((GALLERY, MODEL)).owners == stored
        assert len(stored) > 0
    assert site.galleries.identify(GALLERY, FakeEmbedder(MODEL).embedding(1), 1) != []
