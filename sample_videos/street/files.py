"""Where the films of the street, their truth and their camera files lie."""

from pathlib import Path

from sample_videos.street.story import FilmName

FOLDER = Path(__file__).parents[1]


def clip(film: FilmName) -> Path:
    """H.264 in MP4, 640x360, 5 frames a second, 90 s."""
    return FOLDER / f"street_{film}.mp4"


def truth_file(film: FilmName) -> Path:
    """JSON as `bench incidents` reads it."""
    return FOLDER / f"street_{film}.json"


def camera_file(film: FilmName) -> Path:
    """TOML with zones and rules."""
    return FOLDER / f"street_{film}.toml"
