"""Drawn plates, and a plate lane that knows them: everything about cars can be tested without a network.

A drawn plate has a magenta frame, by which the fake detector finds it, and in it grey blocks that say what the plate
says, of which kind it is and how certain the reader shall be. It survives resizing, JPEG and video.
"""

from datetime import UTC, datetime

import cv2
import numpy as np
import supervision as sv

from models.plates.lane import PlateLane
from pipelines.stages.motion import Direction
from pipelines.stages.plate import PlateVisit
from vision.plate_alphabet import ALPHABET, KINDS, PlateKind
from vision.plate_detection import plate_detections
from vision.plate_formats import fit, region_of
from vision.plate_text import MAX_CHARACTERS
from vision.rectify import rectify
from vision.types import FloatArray, Image, PlateCandidate, PlateReading

PLATE_WH = (264, 60)
"""Of a drawn plate at scale 1, its frame included."""
_FRAME = 6
_LEVELS = 9
_CELLS = 2 * MAX_CHARACTERS + 4
_MAGENTA = (230, 30, 230)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def draw_plate(
    image: Image,
    text: str,
    xy: tuple[float, float],
    *,
    scale: float = 1.0,
    kind: PlateKind = "blue",
    confidence: float = 1.0,
    legible: bool = True,
) -> None:
    """Draw a plate into the picture, top-left corner at `xy`; what lies beyond the border is cut off.

    Args:
        image: (H, W, 3) uint8 BGR, changed.
        text: at most 10 characters of the alphabet.
        xy: pixels; may be negative.
        scale: 1 is 264x60 pixels; from 0.25 on a plate can be read.
        kind: as the reader shall say.
        confidence: of the last character, 0.2 to 1 in steps of 0.1; the others are certain.
        legible: otherwise the reader says None.
    """
    drawn = cv2.resize(_plate(text, kind, confidence, legible), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = drawn.shape[:2]
    left, top = round(xy[0]), round(xy[1])
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, image.shape[1]), min(top + height, image.shape[0])
    if x0 < x1 and y0 < y1:
        image[y0:y1, x0:x1] = drawn[y0 - top : y1 - top, x0 - left : x1 - left]


def car_picture(
    *texts: str, size_wh: tuple[int, int] = (960, 540), kind: PlateKind = "blue", legible: bool = True
) -> Image:
    """A grey picture with one drawn plate a text, side by side."""
    image = np.full((size_wh[1], size_wh[0], 3), 110, np.uint8)
    for place, text in enumerate(texts):
        draw_plate(image, text, (40 + 300 * place, size_wh[1] / 2), kind=kind, legible=legible)
    return image


class FakePlateDetector:
    """Finds drawn plates by their frames.

    Args:
        confidence: of every plate.
    """

    def __init__(self, confidence: float = 0.9) -> None:
        self.model_id = "fake-plate-detector"
        self.calls = 0
        self._confidence = confidence

    def detect(self, image: Image) -> sv.Detections:
        self.calls += 1
        blue, green, red = cv2.split(image)
        frame = cv2.inRange(cv2.min(cv2.subtract(blue, green), cv2.subtract(red, green)), 80, 255)
        outlines, _ = cv2.findContours(frame, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        boxes = [cv2.boundingRect(outline) for outline in outlines]
        boxes = sorted((box for box in boxes if box[2] > 12 and box[3] > 4), key=lambda box: (-box[2] * box[3], box))
        corners = np.array([[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in boxes], np.float32)
        confidence = np.full(len(boxes), self._confidence, np.float32)
        return plate_detections(corners, confidence, np.zeros(len(boxes), np.int64))


class FakePlateReader:
    """Reads the blocks of drawn plates.

    Args:
        gate_threshold: as a real one's.
    """

    def __init__(self, gate_threshold: float = 0.8) -> None:
        self.model_id = "fake-plate-reader"
        self.gate_threshold = gate_threshold
        self.calls = 0

    def read(self, image: Image, corners: FloatArray) -> PlateReading | None:
        self.calls += 1
        plate = rectify(image, corners, PLATE_WH)
        inner = (PLATE_WH[0] - 2 * _FRAME) / _CELLS
        centres = [round(_FRAME + (cell + 0.5) * inner) for cell in range(_CELLS)]
        middle = plate[PLATE_WH[1] // 2 - 8 : PLATE_WH[1] // 2 + 8]
        values = [round((float(middle[:, x - 1 : x + 2].mean()) - 16) / 28) for x in centres]
        numbers = [
            min(high * _LEVELS + low, len(ALPHABET)) for high, low in zip(values[::2], values[1::2], strict=True)
        ]
        *slots, kind, _ = numbers
        certain, legible = values[-2:]
        text = "".join(ALPHABET[one - 1] for one in slots if one)
        if legible < 4 or not text:
            return None
        return plate_reading(text, kind=KINDS[min(kind, len(KINDS) - 1)], confidence=0.2 + 0.1 * certain)


def fake_plate_lane(gate_threshold: float = 0.8) -> PlateLane:
    """A lane that knows drawn plates."""
    return PlateLane(FakePlateDetector(), FakePlateReader(gate_threshold))


def plate_reading(text: str, *, confidence: float = 1.0, kind: PlateKind = "blue") -> PlateReading:
    """A reading as a network would give it, its last character of that confidence and the others certain."""
    plausible = fit(text, kind) > 0
    return PlateReading(
        text=text,
        char_confidence=(*[1.0] * (len(text) - 1), confidence),
        kind=kind,
        kind_confidence=1.0,
        region=region_of(text, kind),
        plausible=plausible,
        candidates=(PlateCandidate(text, confidence, plausible),),
    )


def plate_visit(
    text: str | None,
    *,
    visit: str = "entry-cam/20261121T120000.000000Z/0",
    seen_at: datetime = NOON,
    lane_id: str | None = "garage/in",
    camera_id: str = "entry-cam",
    confidence: float = 1.0,
    agreeing: int = 3,
    direction: Direction | None = "approaching",
) -> PlateVisit:
    """A visit as the plate stage would tell it; `text` None: nobody could read it."""
    evidence = car_picture(*([text] if text else []))
    return PlateVisit(
        camera_id=camera_id,
        lane_id=lane_id,
        visit=visit,
        reading=None if text is None else plate_reading(text, confidence=confidence),
        agreeing=0 if text is None else agreeing,
        reads=0 if text is None else agreeing,
        direction=direction,
        seen_at=seen_at,
        evidence=evidence,
    )


def _plate(text: str, kind: PlateKind, confidence: float, legible: bool) -> Image:
    numbers = [ALPHABET.index(one) + 1 for one in text]
    numbers += [0] * (MAX_CHARACTERS - len(numbers)) + [KINDS.index(kind)]
    values = [value for number in numbers for value in divmod(number, _LEVELS)]
    values += [round((confidence - 0.2) * 10), 8 * legible]
    plate = np.full((PLATE_WH[1], PLATE_WH[0], 3), _MAGENTA, np.uint8)
    inner = (PLATE_WH[0] - 2 * _FRAME) / _CELLS
    for cell, value in enumerate(values):
        left, right = round(_FRAME + cell * inner), round(_FRAME + (cell + 1) * inner)
        plate[_FRAME:-_FRAME, left:right] = 16 + 28 * value
    return plate
