"""`python -m sample_videos.street.stills`: labelled pictures of the drawn street, so that a detector knows drawings.

They are of no film: who stands where is drawn by lot.
"""

import json
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from sample_videos.street.actors import Box, Pixels, draw_bag, draw_car, draw_person, draw_smoke, standing_box
from sample_videos.street.camera import MARGIN, DrawnStreet, seen, taken
from sample_videos.street.story import HEIGHT, SIZES, WIDTH

# The most of each in one picture.
_MOST = {"person": 12, "car": 4, "bag": 2, "smoke": 1}
_GROUND = {"person": (140, 242), "car": (255, 395), "bag": (150, 242), "smoke": (150, 330)}
"""Between which rows of the street each stands, its margin counted."""
_LABELLED = ("person", "car", "smoke")
_LEAST_SHARE = 0.35


def still(seed: int) -> tuple[Pixels, list[tuple[str, Box]]]:
    """A picture (360, 640, 3), and what is in it: names and boxes."""
    random = np.random.default_rng(seed)
    street = DrawnStreet("kerb", seed).empty.copy()
    standing = [
        (name, float(random.uniform(20, street.shape[1] - 20)), float(random.uniform(*_GROUND[name])))
        for name, most in _MOST.items()
        for _ in range(int(random.integers(0, most + 1)))
    ]
    for name, x, y in sorted(standing, key=lambda one: one[2]):
        _draw(random, street, name, x, y)
    # Films differ in light and paint; so do these.
    street = (street * random.uniform(0.75, 1.15, 3)).clip(0, 255).astype(np.uint8)
    corner = int(random.integers(0, 2 * MARGIN[0])), int(random.integers(0, 2 * MARGIN[1]))
    boxes = [(name, _shown(standing_box(x, y, SIZES[name]), corner)) for name, x, y in standing if name in _LABELLED]
    return taken(seen(street, corner), random), [(name, box) for name, box in boxes if box is not None]


def _draw(random: np.random.Generator, street: Pixels, name: str, x: float, y: float) -> None:
    blue, green, red = (int(one) for one in random.integers(25, 215, 3))
    if name == "person":
        draw_person(street, x, y, (blue, green, red), float(random.uniform(-1, 1)))
    elif name == "car":
        draw_car(street, x, y, (blue, green, red), int(random.choice((-1, 1))))
    elif name == "bag":
        draw_bag(street, x, y)
    else:
        draw_smoke(street, x, y, float(random.uniform(0, 60)), float(random.uniform(0.6, 1)))


def _shown(box: Box, corner: tuple[int, int]) -> Box | None:
    """The part of a box of the street that the picture shows; None where it is too little to tell what it is."""
    left, top, right, bottom = (edge - corner[index % 2] for index, edge in enumerate(box))
    inside = max(left, 0.0), max(top, 0.0), min(right, float(WIDTH)), min(bottom, float(HEIGHT))
    area = max(inside[2] - inside[0], 0.0) * max(inside[3] - inside[1], 0.0)
    return inside if area >= _LEAST_SHARE * (right - left) * (bottom - top) else None


def write(
    folder: Annotated[Path, typer.Argument(help="gets the pictures and labels.jsonl")],
    count: Annotated[int, typer.Option(min=1)] = 160,
    seed: Annotated[int, typer.Option(help="of the first picture; each has the next one")] = 1000,
) -> None:
    """Write a set of pictures in the format of the training's sets."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number in range(seed, seed + count):
        picture, objects = still(number)
        cv2.imwrite(str(folder / f"{number}.png"), picture)
        labels = [{"label": name, "box": [round(edge, 1) for edge in box]} for name, box in objects]
        lines.append(json.dumps({"image": f"{number}.png", "objects": labels}))
    (folder / "labels.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    typer.run(write)
