"""What every face detector is, and what it asks of the networks it is given."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from models.manifest import Network
from vision.decode import face_detections
from vision.errors import ModelContractError
from vision.preprocess import Placement
from vision.types import Image

MIN_FACE_PX = 20
"""Of the detectors whose time does not depend on it: below, most of what they report is no face."""


class FaceDetector(Protocol):
    """Finds faces with five landmarks."""

    def detect(self, image: Image) -> sv.Detections:
        """The faces of an (H, W, 3) uint8 BGR picture, best first.

        xyxy is float32 source pixels and may reach beyond the picture's border, class_id is 0, and
        `data["landmarks"]` (N, 5, 2) float32 holds left eye, right eye, nose, left and right corner of the mouth as
        seen in the picture. Nobody there is N = 0, with every array present.

        Raises:
            BadArray: not such a picture.
        """
        ...


class NetworkSession(Protocol):
    """An opened network; `models.session.Session` is one."""

    @property
    def network(self) -> Network:
        """Names and shapes of inputs and outputs."""
        ...

    def run(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Outputs for inputs, both in the order of `network`."""
        ...


def input_size(network: Network, multiple: int) -> tuple[int, int]:
    """Width and height of a one-picture network's input.

    Raises:
        ModelContractError: not one (1, 3, H, W) input of fixed size, or a side is no multiple of `multiple`.
    """
    shapes = [spec.shape for spec in network.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][:2] not in ((1, 3), (0, 3)):
        raise ModelContractError(f"{network.name}: wanted one input (1, 3, H, W), got {shapes}")
    height, width = shapes[0][2:]
    if min(height, width) < multiple or height % multiple or width % multiple:
        raise ModelContractError(f"{network.name}: wanted sides that {multiple} divides, got {width}x{height}")
    return width, height


def check_head(network: Network, head: str, rows_and_columns: Sequence[tuple[int, int]]) -> None:
    """Refuse a network whose outputs are not, in this order, tables of so many rows and columns.

    Raises:
        ModelContractError: the number or the shape of an output differs.
    """
    got = [spec.shape for spec in network.outputs]
    fits = len(got) == len(rows_and_columns) and all(
        shape[-2:] in ((rows, columns), (0, columns)) and shape[:-2] in ((), (0,), (1,))
        for shape, (rows, columns) in zip(got, rows_and_columns, strict=True)
    )
    if not fits:
        wanted = ", ".join(f"{rows}x{columns}" for rows, columns in rows_and_columns)
        raise ModelContractError(f"{network.name}: wanted the outputs of {head} ({wanted}), got {got}")


def on_source(faces: sv.Detections, placement: Placement, min_face_px: float) -> sv.Detections:
    """Faces of a letterboxed canvas in pixels of the source picture, without those less than `min_face_px` high."""
    xyxy = placement.to_source(np.asarray(faces.xyxy).reshape(-1, 2, 2)).reshape(-1, 4)
    landmarks = placement.to_source(np.asarray(faces.data["landmarks"]))
    kept = np.flatnonzero(xyxy[:, 3] - xyxy[:, 1] >= min_face_px)
    return face_detections(xyxy[kept], np.asarray(faces.confidence)[kept], landmarks[kept])
