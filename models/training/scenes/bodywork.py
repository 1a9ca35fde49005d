"""What plates are mounted on: holders, recesses, bumpers, and whole fronts and rears of cars, drawn flat."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.plates.wear import framed, worn
from models.training.scenes.panels import Panel, SetPlate
from vision.plate_alphabet import PlateKind
from vision.types import Image

Colour = tuple[int, int, int]

# A plate's width as a share of its car's.
_PLATE_SHARE = {"wide": (0.22, 0.31), "square": (0.14, 0.2)}
_SQUARE_ASPECT = 2.4


def mounted(rng: np.random.Generator, plate: Image, kind: PlateKind, around: Image | None = None) -> Panel:
    """The plate, worn, in a holder by chance, with some bodywork around it that fades into the scene.

    Args:
        around: pixels of the car that it is set on, which lend the bodywork their colour; then it is often left out.
    """
    holder, corners = framed(rng, worn(rng, plate))
    plates = (SetPlate(corners.astype(np.float32), kind),)
    if rng.random() < (0.3 if around is None else 0.6):
        return Panel(holder, np.full(holder.shape[:2], 255, dtype=np.uint8), plates)
    height, width = holder.shape[:2]
    left, right = (round(width * share) for share in rng.uniform(0.05, 0.7, 2))
    top, bottom = (round(height * share) for share in rng.uniform(0.1, 1.4, 2))
    paint = _paint(rng) if around is None or not around.size else _mean_colour(around)
    body = bumper(rng, (left + width + right, top + height + bottom), paint)
    if rng.random() < 0.5:
        _recess(rng, body, (left, top, width, height))
    alpha = np.zeros(body.shape[:2], dtype=np.float32)
    # Never closer to the edge than the fading is wide, or the holder itself would fade.
    edge = max(1, min(left, right, top, bottom) // 2)
    alpha[edge:-edge, edge:-edge] = 1
    soft = (2 * edge + 1, 2 * edge + 1)
    alpha = cv2.GaussianBlur(alpha, soft, 0) * rng.uniform(0.6, 1.0)
    body[top : top + height, left : left + width] = holder
    alpha[top : top + height, left : left + width] = 1
    moved = np.array([(1, 0, left), (0, 1, top), (0, 0, 1)], dtype=float)
    return Panel(body, (alpha * 255).astype(np.uint8), tuple(one.moved(moved) for one in plates))


def bumper(rng: np.random.Generator, size_wh: tuple[int, int], paint: Colour) -> Image:
    """Bodywork of one colour from light to dark, with seams, slots and reflections."""
    width, height = size_wh
    stops = np.interp(np.linspace(0, 1, height), np.sort(rng.random(4)), rng.uniform(0.5, 1.25, 4))
    across = 1 + rng.uniform(-0.15, 0.15) * np.linspace(-1, 1, width)
    shade = (stops[:, None] * across).astype(np.float32)
    body: Image = np.clip(np.asarray(paint, dtype=np.float32) * shade[..., None], 0, 255).astype(np.uint8)
    for _ in range(rng.integers(0, 4)):
        y = int(rng.integers(height))
        tilt = int(rng.normal(0, height * 0.03))
        grey = int(rng.integers(0, 90)) if rng.random() < 0.7 else int(rng.integers(160, 256))
        cv2.line(body, (0, y), (width, y + tilt), (grey, grey, grey), int(rng.integers(1, 2 + height // 60)))
    if rng.random() < 0.3:
        y, tall = int(rng.integers(height)), max(3, int(height * rng.uniform(0.08, 0.35)))
        inset = int(width * rng.uniform(0, 0.3))
        grille(rng, body, (inset, y, width - 2 * inset, tall))
    return body


def grille(rng: np.random.Generator, image: Image, box: tuple[int, int, int, int]) -> None:
    """Draw an air intake into box (x, y, w, h) of the image: dark, with bars or a mesh."""
    x, y, width, height = box
    dark = int(rng.integers(5, 60))
    cv2.rectangle(image, (x, y), (x + width, y + height), (dark, dark, dark), -1)
    bright = int(rng.integers(60, 240))
    bar = (bright, bright, bright)
    pitch = max(3, int(min(width, height) * rng.uniform(0.1, 0.35)))
    thick = max(1, int(pitch * rng.uniform(0.1, 0.5)))
    pattern = rng.integers(4)
    if pattern in (0, 2):
        for row in range(y + pitch, y + height, pitch):
            cv2.line(image, (x, row), (x + width, row), bar, thick)
    if pattern in (1, 2):
        for column in range(x + pitch, x + width, pitch):
            cv2.line(image, (column, y), (column, y + height), bar, thick)
    if rng.random() < 0.5:
        cv2.rectangle(image, (x, y), (x + width, y + height), bar, max(1, thick))


def car_face(rng: np.random.Generator, plate: Image, kind: PlateKind, plate_px: float) -> Panel:
    """The front or the rear of a car, seen from straight ahead, with the plate on it, about `plate_px` wide."""
    scale = plate_px / plate.shape[1]
    plate = cv2.resize(plate, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    shape = "square" if plate.shape[1] / plate.shape[0] < _SQUARE_ASPECT else "wide"
    width = round(plate_px / rng.uniform(*_PLATE_SHARE[shape]))
    height = round(width * rng.uniform(0.7, 1.05))
    paint = _paint(rng)
    image = bumper(rng, (width, height), paint)
    alpha = _silhouette(rng, (width, height))
    front = rng.random() < 0.6
    _window(rng, image)
    _lamps(rng, image, front=front)
    if front:
        box = np.array([rng.uniform(0.12, 0.35), rng.uniform(0.42, 0.5), 0, rng.uniform(0.06, 0.16)])
        box[2] = 1 - 2 * box[0]
        grille(rng, image, _scaled(box, width, height))
    else:
        _lettering(rng, image)
    _badge(rng, image, front=front)
    middle = np.array([0.5 + rng.normal(0, 0.015), rng.uniform(0.6, 0.82) if front else rng.uniform(0.45, 0.8)])
    return _with_plate(rng, Panel(image, alpha), (plate, kind), middle)


def _with_plate(
    rng: np.random.Generator, car: Panel, drawn: tuple[Image, PlateKind], middle: NDArray[np.floating]
) -> Panel:
    """The car with the plate in the middle of its place (x, y as shares)."""
    holder, corners = framed(rng, worn(rng, drawn[0]))
    tall, long = holder.shape[:2]
    width, height = car.size_wh
    left = int(np.clip(width * middle[0] - long / 2, 0, width - long))
    top = int(np.clip(height * middle[1] - tall / 2, 0, height - tall))
    image = car.image.copy()
    if rng.random() < 0.6:
        _recess(rng, image, (left, top, long, tall))
    image[top : top + tall, left : left + long] = holder
    plate = SetPlate((corners + np.array([left, top])).astype(np.float32), drawn[1])
    return Panel(image, car.alpha, (plate,))


def _paint(rng: np.random.Generator) -> Colour:
    """A car's colour: mostly without hue."""
    grey = rng.choice([rng.uniform(5, 60), rng.uniform(90, 170), rng.uniform(180, 250)])
    hue = rng.normal(0, 6, 3) if rng.random() < 0.65 else rng.uniform(-110, 110, 3)
    blue, green, red = (int(one) for one in np.clip(grey + hue, 0, 255))
    return blue, green, red


def _mean_colour(image: Image) -> Colour:
    blue, green, red = (int(one) for one in image.reshape(-1, 3).mean(axis=0))
    return blue, green, red


def _recess(rng: np.random.Generator, body: Image, box: tuple[int, int, int, int]) -> None:
    """Draw the hollow in which a plate box (x, y, w, h) lies: darker, with a shadow from above."""
    x, y, width, height = box
    grow_x, grow_y = round(width * rng.uniform(0.03, 0.25)), round(height * rng.uniform(0.08, 0.5))
    top, left = max(0, y - grow_y), max(0, x - grow_x)
    hollow = body[top : y + height + grow_y, left : x + width + grow_x]
    hollow[:] = (hollow * rng.uniform(0.25, 0.9)).astype(np.uint8)
    shadow = np.linspace(rng.uniform(0.3, 0.9), 1.0, len(hollow))[:, None, None]
    hollow[:] = (hollow * shadow).astype(np.uint8)
    if rng.random() < 0.4:
        edge = int(rng.integers(0, 256))
        far = (left + hollow.shape[1] - 1, top + hollow.shape[0] - 1)
        cv2.rectangle(body, (left, top), far, (edge, edge, edge), int(rng.integers(1, 4)))


def _silhouette(rng: np.random.Generator, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Cabin and body, opaque."""
    width, height = size_wh
    roof, belt = rng.uniform(0.12, 0.22), rng.uniform(0.3, 0.42)
    shape = [
        (0.0, belt + 0.04), (0.05, belt), (roof, 0.03), (0.5, 0.0), (1 - roof, 0.03), (0.95, belt), (1.0, belt + 0.04),
        (1.0, 0.9), (0.9, 0.97), (0.9, 1.0), (0.76, 1.0), (0.74, 0.93), (0.26, 0.93), (0.24, 1.0), (0.1, 1.0),
        (0.1, 0.97), (0.0, 0.9),
    ]  # fmt: skip
    alpha = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(alpha, [(np.array(shape) * (width - 1, height - 1)).astype(np.int32)], 255)
    soft: NDArray[np.uint8] = cv2.GaussianBlur(alpha, (0, 0), 3)
    return soft


def _window(rng: np.random.Generator, image: Image) -> None:
    height, width = image.shape[:2]
    top, bottom = rng.uniform(0.05, 0.09), rng.uniform(0.3, 0.38)
    inset_top, inset_bottom = rng.uniform(0.18, 0.26), rng.uniform(0.08, 0.14)
    shape = [(inset_top, top), (1 - inset_top, top), (1 - inset_bottom, bottom), (inset_bottom, bottom)]
    glass = rng.normal(rng.uniform(15, 150), 12, 3)
    points = (np.array(shape) * (width, height)).astype(np.int32)
    cv2.fillConvexPoly(image, points, [int(one) for one in np.clip(glass, 0, 255)])
    if rng.random() < 0.5:  # an inspection mark or a pass behind the glass
        x, y = (np.array([rng.uniform(0.25, 0.7), rng.uniform(0.1, 0.22)]) * (width, height)).astype(int)
        far = (int(x + width * 0.06), int(y + height * 0.05))
        cv2.rectangle(image, (int(x), int(y)), far, [int(one) for one in rng.integers(100, 256, 3)], -1)


def _lamps(rng: np.random.Generator, image: Image, *, front: bool) -> None:
    height, width = image.shape[:2]
    y, tall, long = rng.uniform(0.42, 0.54), rng.uniform(0.03, 0.08), rng.uniform(0.06, 0.13)
    white = rng.normal(rng.uniform(140, 245), 10, 3)
    red = np.array([rng.uniform(10, 70), rng.uniform(10, 60), rng.uniform(110, 230)])
    colour = [int(one) for one in np.clip(white if front else red, 0, 255)]
    tilt = rng.uniform(-20, 20)
    for x, sign in ((0.04 + long, 1), (0.96 - long, -1)):
        middle = (int(x * width), int(y * height))
        axes = (int(long * width), max(2, int(tall * height)))
        cv2.ellipse(image, middle, axes, sign * tilt, 0, 360, colour, -1)
        cv2.ellipse(image, middle, axes, sign * tilt, 0, 360, (40, 40, 40), 2)
        cv2.circle(image, middle, max(2, axes[1] // 2), (250, 250, 250) if front else (60, 60, 255), -1)


def _badge(rng: np.random.Generator, image: Image, *, front: bool) -> None:
    height, width = image.shape[:2]
    bright = int(rng.integers(120, 256))
    middle = (width // 2, int(height * (rng.uniform(0.4, 0.48) if front else rng.uniform(0.4, 0.46))))
    axes = (int(width * rng.uniform(0.02, 0.05)), int(width * rng.uniform(0.02, 0.04)))
    cv2.ellipse(image, middle, axes, 0, 0, 360, (bright, bright, bright), int(rng.choice([-1, 2, 4])))


def _lettering(rng: np.random.Generator, image: Image) -> None:
    """A rear's maker and model in chrome."""
    height, width = image.shape[:2]
    for x in rng.permutation([0.12, 0.35, 0.7])[: rng.integers(0, 3)]:
        word = "".join(chr(one) for one in rng.integers(ord("A"), ord("Z") + 1, rng.integers(2, 8)))
        bright = int(rng.integers(100, 256))
        place = (int(x * width), int(height * rng.uniform(0.42, 0.6)))
        scale = width / 1000 * rng.uniform(0.6, 1.8)
        cv2.putText(image, word, place, cv2.FONT_HERSHEY_DUPLEX, scale, (bright, bright, bright), 2, cv2.LINE_AA)


def _scaled(box: NDArray[np.floating], width: int, height: int) -> tuple[int, int, int, int]:
    x, y, across, down = box * (width, height, width, height)
    return int(x), int(y), int(across), int(down)
