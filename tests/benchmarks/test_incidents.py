"""The benchmark of incidents: which alarms are right, from values and on a small film."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.incident_truth import TrueIncident, judge, read_truth
from benchmarks.incidents import run
from benchmarks.options import BenchOptions
from benchmarks.street_films import BEGINS_AT, PlayedFilm
from tests.pipelines.ingest.films import write_film
from vision.errors import BadInput, ConfigurationError
from vision.incidents import Incident, Phase

BAG = TrueIncident(kind="L07", start_s=20, end_s=60, box=(100, 100, 140, 140))
CAMERA = 'id = "north"\nfps = 5\n'


def alarm(told_s: float, kind: str = "L07", left: float = 100, phase: Phase = "start", detail: str = "") -> Incident:
    """A box of 40x40 whose left edge is there."""
    at = BEGINS_AT + timedelta(seconds=told_s)
    xyxy = np.array([left, 100, left + 40, 140], np.float32)
    return Incident(f"{kind}/{told_s}", "north", kind, "all", phase, detail, at, at, xyxy)


def film(*incidents: Incident) -> PlayedFilm:
    return PlayedFilm(incidents, BEGINS_AT, 90.0, (0.01,))


def counts(truth: list[TrueIncident], *incidents: Incident) -> tuple[int, int, int]:
    """Found, missed, false."""
    verdict = judge(truth, film(*incidents))
    return len(verdict.found), len(verdict.missed), len(verdict.false)


def test_an_alarm_in_time_and_place_is_right_and_only_starts_are_alarms() -> None:
    assert counts([BAG], alarm(30), alarm(40, phase="continue"), alarm(60, phase="end")) == (1, 0, 0)


def test_nothing_told_is_missed_and_nothing_there_is_false() -> None:
    assert counts([BAG]) == (0, 1, 0)
    assert counts([], alarm(30)) == (0, 0, 1)
    assert counts([]) == (0, 0, 0)


def test_a_second_alarm_of_one_incident_is_false() -> None:
    assert counts([BAG], alarm(30), alarm(50)) == (1, 0, 1)


@pytest.mark.parametrize(
    ("told", "right"),
    [
        (alarm(15), True),  # 5 s before the start
        (alarm(14.9), False),
        (alarm(65), True),
        (alarm(65.1), False),
        (alarm(30, kind="06036"), False),
        (alarm(30, left=120), True),  # 20 of 40 in common
        (alarm(30, left=121), False),
    ],
)
def test_time_kind_and_place_must_fit(told: Incident, right: bool) -> None:
    assert counts([BAG], told) == ((1, 0, 0) if right else (0, 1, 1))


def test_a_detail_that_is_asked_for_must_be_said() -> None:
    covered = TrueIncident(kind="01050", start_s=20, end_s=60, detail="blocked")
    assert counts([covered], alarm(30, "01050", detail="blocked")) == (1, 0, 0)
    assert counts([covered], alarm(30, "01050", detail="moved")) == (0, 1, 1)


def test_each_incident_takes_the_alarm_that_began_nearest() -> None:
    later = TrueIncident(kind="L07", start_s=40, end_s=80, box=(100, 100, 140, 140))
    verdict = judge([later, BAG], film(alarm(22), alarm(45)))
    assert [(true.start_s, one.incident_id) for true, one in verdict.found] == [(20, "L07/22"), (40, "L07/45")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_film(tmp_path / "street.mp4")
    (tmp_path / "camera.toml").write_text(CAMERA)
    (tmp_path / "truth.json").write_text(json.dumps({"incidents": [BAG.model_dump(exclude={"detail", "classes"})]}))
    return tmp_path


def test_a_film_gives_the_contracts_metrics(folder: Path) -> None:
    options = BenchOptions("bench", folder)
    result = run(options, video=folder / "street.mp4", camera=folder / "camera.toml", truth=folder / "truth.json")
    assert (result.benchmark, result.n, result.models) == ("incidents", 1, ())
    wanted = {"found": 0, "missed": 1, "false": 0, "seconds_to_alarm_p50": None}
    assert {key: result.metrics[key] for key in wanted} == wanted
    assert isinstance(result.metrics["ms_p50"], float)
    assert result.listings[0].rows == (("missed", "L07", None, 20.0, None, None),)


def test_what_cannot_be_read_is_refused(folder: Path) -> None:
    options = BenchOptions("bench", folder)
    good = {"video": folder / "street.mp4", "camera": folder / "camera.toml", "truth": folder / "truth.json"}
    with pytest.raises(ConfigurationError, match="--video: wanted a file"):
        run(options, **{**good, "video": folder / "nothing.mp4"})
    with pytest.raises(BadInput, match="cannot be read"):
        read_truth(folder / "nothing.json")
    (folder / "truth.json").write_text('{"incidents": [{"kind": "L07"}]}')
    with pytest.raises(BadInput, match="start_s"):
        run(options, **good)
