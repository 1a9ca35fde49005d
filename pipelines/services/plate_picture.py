"""An uploaded picture of cars: its plates, or the one plate before a barrier."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import cv2

from models.plates.lane import PlateLane
from pipelines.records.store import Store
from pipelines.stages.cars import SURELY_PLATE, car_boxes, crop_car, on_car
from vision.errors import NoPlate, NotFound, SeveralPlates
from vision.types import Image, PlateObservation, PlateReading

_BEHIND = 0.6
"""A second plate up to this share of the first one's height is that of a car further back in the queue."""
_JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True, eq=False)
class ReadPlate:
    """The plate of the car that stands before the camera.

    Attributes:
        whole: no part of it may lie beyond the picture's border.
        evidence: (H, W, 3) uint8 BGR, the part of the picture that shows the car.
    """

    reading: PlateReading
    whole: bool
    evidence: Image


def read_plates(lane: PlateLane, image: Image) -> Sequence[PlateObservation]:
    """The plates of a picture, most confident first; at least one of them was read.

    Args:
        lane: the plate networks.
        image: (H, W, 3) uint8 BGR.

    Raises:
        NoPlate: none was seen, or none that is legible.
    """
    seen = lane.find(image)
    if not seen:
        raise NoPlate("wanted a plate, got a picture in which none was seen")
    if all(plate.reading is None for plate in seen):
        plates = "a plate that is" if len(seen) == 1 else f"{len(seen)} plates that are"
        raise NoPlate(f"wanted a legible plate, got {plates} too small, blurred, covered or cut off to be read")
    return seen


def read_one_plate(lane: PlateLane, image: Image) -> ReadPlate:
    """The nearest plate of a picture; plates that are clearly smaller stand behind.

    Args:
        lane, image: as for `read_plates`.

    Raises:
        NoPlate: none was seen, or the nearest is not legible.
        SeveralPlates: another stands about as near.
    """
    plates = sorted(_without_lamps(read_plates(lane, image)), key=_height, reverse=True)
    near = sum(_height(plate) > _BEHIND * _height(plates[0]) for plate in plates)
    if near > 1:
        raise SeveralPlates(f"wanted one plate, got {near} of about the same size")
    nearest = plates[0]
    if nearest.reading is None:
        raise NoPlate("wanted a legible plate, got one that cannot be read, nearer than those that can")
    return ReadPlate(nearest.reading, nearest.whole, crop_car(image, nearest.corners))


def keep_picture(store: Store, observation_id: str, image: Image) -> None:
    """Keep the picture that was read, sealed, if its lot keeps any; one whose record is gone belongs to nothing."""
    jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
    with suppress(NotFound):
        store.parking.evidence.keep(observation_id, jpeg.tobytes())


def _without_lamps(plates: Sequence[PlateObservation]) -> list[PlateObservation]:
    """The plates without what lies on a car that was read, cannot be read itself and is hardly a plate."""
    legible = [car_boxes(plate.xyxy)[0] for plate in plates if plate.reading]
    return [
        plate
        for plate in plates
        if plate.reading
        or plate.confidence >= SURELY_PLATE
        or not any(on_car(car, car_boxes(plate.xyxy)[0]) for car in legible)
    ]


def _height(plate: PlateObservation) -> float:
    return float(plate.xyxy[3] - plate.xyxy[1])
