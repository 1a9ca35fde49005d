"""The shared clips of real streets: the bag that is left behind, and who crosses the lines that were counted by eye."""

from pathlib import Path

import pytest

from benchmarks import incidents, line_counts
from benchmarks.options import BenchOptions

CLIPS = Path(__file__).parents[2] / "benchmarks" / "street_clips"
OURS = "street-detector-int8"
WITHIN_S = 5.0

pytestmark = pytest.mark.shared_data


def files(shared: Path, clip: str) -> dict[str, Path]:
    name = Path(clip).stem
    return {
        "video": shared / "street" / "clips" / clip,
        "camera": CLIPS / f"{name}.toml",
        "truth": CLIPS / f"{name}.json",
    }


@pytest.mark.parametrize("detector", [None, OURS])
def test_the_bag_is_found_once_with_its_start(shared: Path, tmp_path: Path, detector: str | None) -> None:
    result = incidents.run(BenchOptions("bench", tmp_path), **files(shared, "video4.avi"), detector=detector)
    ((verdict, _, _, true_start_s, start_s, _),) = result.listings[0].rows
    assert verdict == "found"
    assert start_s == pytest.approx(true_start_s, abs=WITHIN_S)


@pytest.mark.parametrize("clip", ["video1.avi", "highway.avi", "car-detection.mp4"])
def test_lines_count_within_a_tenth_of_the_eye(shared: Path, tmp_path: Path, clip: str) -> None:
    result = line_counts.run(BenchOptions("bench", tmp_path), **files(shared, clip), detector=OURS)
    share = result.metrics["error_share"]
    assert isinstance(share, float)
    assert share <= 0.1
