"""Where the films and their truth lie."""

from pathlib import Path
from typing import get_args

from sample_videos.parking.story import LaneName

LANE_NAMES: tuple[LaneName, ...] = get_args(LaneName)
TRUTH = Path(__file__).parents[1] / "parking_truth.json"


def clip(lane: LaneName) -> Path:
    """The film of a lane: H.264 in MP4, 1280x720, 10 frames a second, 73 s."""
    return TRUTH.with_name(f"parking_{lane}.mp4")
