"""`python -m sample_videos.street_clip`: draw the films of the street and their truth anew."""

import json
from pathlib import Path
from typing import Annotated

import typer

from sample_videos.film import encode, whole_or_not
from sample_videos.street.camera import DrawnStreet
from sample_videos.street.files import FOLDER, clip, truth_file
from sample_videos.street.story import FILM_NAMES, FPS, HEIGHT, SECONDS, WIDTH
from sample_videos.street.truth import truth

_ENCODING = {"preset": "medium", "crf": "28"}


def draw(
    seed: Annotated[int, typer.Option(help="of noise and paving")] = 0,
    out: Annotated[Path, typer.Option(help="folder", exists=True)] = FOLDER,
) -> None:
    """Write both films and their truth; a file appears whole or not at all."""
    for film in FILM_NAMES:
        with whole_or_not(out / truth_file(film).name) as path:
            path.write_text(json.dumps(truth(film), indent=2) + "\n", "utf-8")
        street = DrawnStreet(film, seed)
        pictures = (street.frame(number / FPS) for number in range(round(SECONDS * FPS)))
        with whole_or_not(out / clip(film).name) as path:
            encode(path, pictures, (WIDTH, HEIGHT), FPS, _ENCODING)


if __name__ == "__main__":
    typer.run(draw)
