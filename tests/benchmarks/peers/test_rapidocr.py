"""RapidOCR's process and environment, without RapidOCR: a worker that says what it was asked."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers import rapidocr
from benchmarks.peers.rapidocr import RapidOcr, RapidOcrLane, RapidOcrReader, environment, plate_text
from vision.errors import ConfigurationError, SourceError

IMAGE = np.zeros((4, 6, 3), np.uint8)
ECHO = """
import json, pathlib, sys
for line in sys.stdin:
    stem = pathlib.Path(json.loads(line)["picture"]).stem
    print(json.dumps({"seconds": 0.25, "texts": [stem, *sys.argv[1:]]}), flush=True)
"""


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def start(worker: str, *, lines_only: bool = True) -> RapidOcr:
        script = tmp_path / "worker.py"
        script.write_text(worker)
        monkeypatch.setattr(rapidocr, "WORKER", script)
        monkeypatch.setattr(rapidocr, "environment", lambda home: Path(sys.executable))
        return RapidOcr(tmp_path, 1, lines_only=lines_only)

    return start


def test_texts_lose_separators_and_what_no_plate_says() -> None:
    assert plate_text("皖A·12 345") == "皖A12345"
    assert plate_text("abc-123 é") == "ABC123"
    assert plate_text("...") == ""


def test_the_lines_of_a_crop_are_one_text(process) -> None:
    with process(ECHO) as running:
        reading = RapidOcrReader(running).read(Path("皖a.png"), IMAGE)
    # the echo says its arguments too: THREADS, 1 and LINESONLY
    assert reading.text == "皖ATHREADS1LINESONLY"
    assert reading.seconds == 0.25


def test_the_lines_of_a_scene_are_texts_of_their_own(process) -> None:
    with process(ECHO, lines_only=False) as running:
        lane = RapidOcrLane(running)
        look = lane.look(Path("ab-12.png"), IMAGE)
        assert lane.look(Path("...png"), IMAGE).texts == ("THREADS", "1")
    assert not lane.finds_plates
    assert look.texts == ("AB12", "THREADS", "1")
    assert (look.seconds, look.detect_s, look.read_s) == (0.25, None, ())
    assert not any(plate.accepted for plate in look.plates)


def test_a_process_that_ended_or_stammers_is_told(process) -> None:
    with process("raise SystemExit(3)") as ended, pytest.raises(SourceError, match="ended without an answer"):
        ended.ask(Path("a.png"))
    with process("print('hello')") as stammering, pytest.raises(SourceError, match="ended without an answer"):
        stammering.ask(Path("a.png"))


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installs: list[list[str]] = []
    monkeypatch.setattr(rapidocr.subprocess, "run", lambda command, **_: installs.append(command))
    monkeypatch.setattr(rapidocr.venv, "create", lambda folder, **_: folder.mkdir(parents=True))
    python = environment(tmp_path)
    assert python == environment(tmp_path)
    assert len(installs) == 1
    assert f"rapidocr=={rapidocr.VERSION}" in installs[0]
    assert python.is_relative_to(tmp_path / "cache")


def test_an_environment_that_cannot_be_made_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: list[str], **_: object) -> None:
        raise rapidocr.subprocess.CalledProcessError(1, command, stderr="first\nno such package\n")

    monkeypatch.setattr(rapidocr.subprocess, "run", fail)
    monkeypatch.setattr(rapidocr.venv, "create", lambda folder, **_: folder.mkdir(parents=True))
    with pytest.raises(ConfigurationError, match="got: no such package"):
        environment(tmp_path)
