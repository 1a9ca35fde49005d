"""`python -m sample_videos.parking_clip`: draw the films of the parking lot, their truth and the README's picture anew.

They are part of the repository, for the glyph pictures of plates are not: nobody needs this but who changes the story.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from sample_videos.film import encode, whole_or_not
from sample_videos.parking.camera import LaneCamera
from sample_videos.parking.files import LANE_NAMES, TRUTH, clip
from sample_videos.parking.picture import readme_picture
from sample_videos.parking.plates import draw_plates
from sample_videos.parking.story import FPS, SECONDS
from sample_videos.parking.truth import truth
from sample_videos.parking.view import HEIGHT, WIDTH

_ENCODING = {"preset": "medium", "crf": "27"}


def draw(
    glyphs: Annotated[Path, typer.Option(help="folder of glyph pictures STYLE_CHARACTER.jpg", exists=True)],
    chinese_font: Annotated[list[Path], typer.Option(help="for characters without a picture", exists=True)],
    lane: Annotated[str | None, typer.Option(help="only this one's film: entry or exit")] = None,
    seed: Annotated[int, typer.Option(help="of noise and shake")] = 0,
    out: Annotated[Path, typer.Option(help="folder", exists=True)] = TRUTH.parent,
    *,
    picture: Annotated[bool, typer.Option("--picture", help="only the README's picture, parking.png")] = False,
) -> None:
    """Write both films and their truth; a file appears whole or not at all."""
    plates = draw_plates(glyphs, chinese_font)
    cameras = {name: LaneCamera(name, plates, seed) for name in LANE_NAMES}
    if picture:
        with whole_or_not(out / "parking.png") as path:
            readme_picture(cameras, chinese_font[0]).save(path, "PNG", optimize=True)
        return
    with whole_or_not(out / TRUTH.name) as path:
        path.write_text(json.dumps(truth(cameras), indent=2, ensure_ascii=False) + "\n", "utf-8")
    for name, camera in cameras.items():
        if lane in (None, name):
            pictures = (camera.frame(number / FPS) for number in range(round(SECONDS * FPS)))
            with whole_or_not(out / clip(name).name) as path:
                encode(path, pictures, (WIDTH, HEIGHT), FPS, _ENCODING)


if __name__ == "__main__":
    typer.run(draw)
