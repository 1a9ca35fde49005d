"""Small objects in large pictures: the whole picture, and then its parts from near."""

import itertools

import numpy as np
import supervision as sv

from models.street.detector import ObjectDetector, best_of, joined, street_detections
from vision.errors import ConfigurationError
from vision.types import FloatArray, Image, check_image

# An object this near to the edge of a part goes on beyond it; the part beside it, or the whole picture, has all of it.
_CUT_PX = 2.0


class TiledDetector:
    """A detector that also looks at overlapping parts of the picture; its time grows with their number.

    supervision's InferenceSlicer does not tell its callback where a slice lies, which it takes to drop objects that an
    inner edge cuts in two; and it knows no classes that exclude each other.

    Args:
        detector: looks at the whole and at each part.
        tile_wh: width and height of a part, pixels.
        overlap: share of a part's sides that the next one covers again, at least: 0..0.9.
        max_overlap: of two objects with a greater intersection over union, both of one class or both vehicles, the
            weaker is dropped.

    Raises:
        ConfigurationError: parts without pixels, or an overlap out of its range.
    """

    def __init__(
        self,
        detector: ObjectDetector,
        tile_wh: tuple[int, int],
        overlap: float = 0.2,
        max_overlap: float = 0.55,
    ) -> None:
        if min(tile_wh) < 32 or not 0 <= overlap <= 0.9:
            raise ConfigurationError(f"wanted parts of at least 32x32 overlapping 0..0.9, got {tile_wh}, {overlap}")
        self._detector = detector
        self._tile_wh = tile_wh
        self._overlap = overlap
        self._max_overlap = max_overlap

    def detect(self, image: Image, min_score: float | None = None) -> sv.Detections:
        """The objects, best first; see `ObjectDetector.detect`."""
        check_image(image)
        looks = [self._detector.detect(image, min_score)]
        tiles = tile_boxes((image.shape[1], image.shape[0]), self._tile_wh, self._overlap)
        if len(tiles) > 1:
            looks += [self._look(image, tile, min_score) for tile in tiles]
        return best_of(joined(looks), self._max_overlap)

    def _look(self, image: Image, tile: tuple[int, int, int, int], min_score: float | None) -> sv.Detections:
        """The objects that lie wholly in a part, in pixels of the picture."""
        left, top, right, bottom = tile
        found = self._detector.detect(image[top:bottom, left:right], min_score)
        xyxy: FloatArray = np.asarray(found.xyxy) + np.array([left, top, left, top], np.float32)
        height, width = image.shape[:2]
        # The picture's own border cuts objects too, but nobody sees more of them.
        whole = (
            ((xyxy[:, 0] > left + _CUT_PX) | (left == 0))
            & ((xyxy[:, 1] > top + _CUT_PX) | (top == 0))
            & ((xyxy[:, 2] < right - _CUT_PX) | (right == width))
            & ((xyxy[:, 3] < bottom - _CUT_PX) | (bottom == height))
        )
        return street_detections(xyxy[whole], np.asarray(found.confidence)[whole], np.asarray(found.class_id)[whole])


def tile_boxes(
    picture_wh: tuple[int, int], tile_wh: tuple[int, int], overlap: float
) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of parts that cover the picture, evenly spread, row by row."""
    across, down = (_starts(*sides, overlap) for sides in zip(picture_wh, tile_wh, strict=True))
    width, height = (min(*sides) for sides in zip(picture_wh, tile_wh, strict=True))
    return [(left, top, left + width, top + height) for top, left in itertools.product(down, across)]


def _starts(side: int, tile: int, overlap: float) -> list[int]:
    if side <= tile:
        return [0]
    count = 1 + int(np.ceil((side - tile) / (tile * (1 - overlap))))
    return [round(index * (side - tile) / (count - 1)) for index in range(count)]
