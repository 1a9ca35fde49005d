"""What each family of street detectors wants as its input, and what its outputs mean."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Protocol

import supervision as sv

from models.faces.detector import check_head, input_size
from models.manifest import Family, Network
from vision.errors import ModelContractError
from vision.street_detection import (
    CellLevel,
    DistributionLevel,
    decode_cells,
    decode_nanodet,
    decode_picodet,
    decode_yolov8,
    decode_yolox,
)
from vision.types import FloatArray

LONGEST_SIDE = 1280
"""Of a canvas whose shape follows the picture, in pixels."""


class Head(Protocol):
    """One family.

    Attributes:
        fill: grey value of the canvas beyond the picture, 0..255.
        centred: whether the picture lies in the canvas's middle, otherwise in its top-left corner.
        quick: whether the picture is brought to the canvas's size by `resize_quickly`.
    """

    fill: int
    centred: bool
    quick: bool

    def classes(self, network: Network) -> int:
        """How many classes the network tells apart.

        Raises:
            ModelContractError: its input or outputs are not the family's.
        """
        ...

    def canvas(self, network: Network, picture_wh: tuple[int, int]) -> tuple[int, int]:
        """Width and height, in pixels, at which the network looks at a picture of that size."""
        ...

    def decode(self, outputs: Sequence[FloatArray], size_wh: tuple[int, int], min_score: float) -> sv.Detections:
        """Boxes in pixels of the canvas with the network's own classes, unsuppressed."""
        ...


class _FixedInput:
    """A network of one input size."""

    strides: tuple[int, ...] = (8, 16, 32)
    fill = 114
    centred = True
    quick = False

    def canvas(self, network: Network, picture_wh: tuple[int, int]) -> tuple[int, int]:  # noqa: ARG002 - of any size
        """The input's size."""
        return input_size(network, self.strides[-1])

    def _cells(self, network: Network) -> list[int]:
        width, height = input_size(network, 32)
        return [-(-width // stride) * -(-height // stride) for stride in self.strides]


class YoloxHead(_FixedInput):
    """YOLOX as its exporter writes it, without the grid ("decode_in_inference" off).

    Source: Ge et al., "YOLOX: Exceeding YOLO Series in 2021"; weights of https://github.com/Megvii-BaseDetection/YOLOX
    (Apache-2.0).
    """

    centred = False

    def classes(self, network: Network) -> int:
        """See `Head.classes`."""
        columns = _last_size(network, 0)
        check_head(network, "YOLOX", [(sum(self._cells(network)), columns)])
        return columns - 5

    def decode(self, outputs: Sequence[FloatArray], size_wh: tuple[int, int], min_score: float) -> sv.Detections:
        """See `Head.decode`."""
        return decode_yolox(outputs[0][0], size_wh, self.strides, min_score)


class Yolov8Head(_FixedInput):
    """YOLOv8 and YOLO11 as their exporter writes them, without suppression ("nms" off).

    Source: https://github.com/ultralytics/ultralytics (AGPL-3.0; the weights too, unless a licence was bought).
    """

    def classes(self, network: Network) -> int:
        """See `Head.classes`."""
        rows = network.outputs[0].shape[-2] if len(network.outputs[0].shape) == 3 else 0
        check_head(network, "YOLOv8", [(rows, sum(self._cells(network)))])
        return rows - 4

    def decode(
        self,
        outputs: Sequence[FloatArray],
        size_wh: tuple[int, int],  # noqa: ARG002 - the network decodes itself
        min_score: float,
    ) -> sv.Detections:
        """See `Head.decode`."""
        return decode_yolov8(outputs[0][0], min_score)


class NanodetHead(_FixedInput):
    """NanoDet with the scores of all strides first, then the edges' distributions.

    Source: https://github.com/RangiLyu/nanodet (Apache-2.0); Li et al., "Generalized Focal Loss", 2020.
    """

    fill = 0

    def classes(self, network: Network) -> int:
        """See `Head.classes`."""
        classes, edges = _last_size(network, 0), _last_size(network, len(self.strides))
        check_head(
            network,
            type(self).__name__,
            [(cells, columns) for columns, cells in itertools.product((classes, edges), self._cells(network))],
        )
        if edges % 4:
            raise ModelContractError(f"{network.name}: wanted the distributions of four edges, got {edges} columns")
        return classes

    def decode(self, outputs: Sequence[FloatArray], size_wh: tuple[int, int], min_score: float) -> sv.Detections:
        """See `Head.decode`."""
        return decode_nanodet(self._levels(outputs, size_wh), min_score)

    def _levels(self, outputs: Sequence[FloatArray], size_wh: tuple[int, int]) -> list[DistributionLevel]:
        scores, edges = outputs[: len(self.strides)], outputs[len(self.strides) :]
        return [
            DistributionLevel(stride, -(-size_wh[0] // stride), score[0], edge[0])
            for stride, score, edge in zip(self.strides, scores, edges, strict=True)
        ]


class PicodetHead(NanodetHead):
    """PicoDet as Paddle's converter writes it, without suppression.

    Source: Yu et al., "PP-PicoDet", 2021; weights of https://github.com/PaddlePaddle/PaddleDetection (Apache-2.0).
    """

    strides = (8, 16, 32, 64)
    fill = 114

    def canvas(self, network: Network, picture_wh: tuple[int, int]) -> tuple[int, int]:  # noqa: ARG002 - of any size
        """The input's size, which 64 need not divide."""
        return input_size(network, 32)

    def decode(self, outputs: Sequence[FloatArray], size_wh: tuple[int, int], min_score: float) -> sv.Detections:
        """See `Head.decode`."""
        return decode_picodet(self._levels(outputs, size_wh), min_score)


class CellHead:
    """Citygate's own: free height and width, so that a wide picture is seen wide at the cost of a square one.

    Source: trained for Citygate by `models.training.street`.
    """

    strides = (8, 16, 32)
    fill = 114
    centred = True
    quick = True
    pixels = 384 * 384
    """The canvas has about so many; what is unsure is looked at again from near."""

    def classes(self, network: Network) -> int:
        """See `Head.classes`."""
        inputs = [spec.shape for spec in network.inputs]
        channels = [spec.shape[:2] for spec in network.outputs]
        classes = channels[0][-1] if channels else 0
        if inputs != [(1, 3, 0, 0)] or channels != [(1, classes), (1, 4)] * len(self.strides):
            raise ModelContractError(
                f"{network.name}: wanted one input (1, 3, 0, 0), scores (1, {classes}, h, w) and distances "
                f"(1, 4, h, w) of strides {self.strides}, got {inputs} and {channels}"
            )
        return classes

    def canvas(self, network: Network, picture_wh: tuple[int, int]) -> tuple[int, int]:  # noqa: ARG002 - free size
        """Sides that 32 divides, in the picture's shape as nearly as that allows."""
        shape = picture_wh[0] / picture_wh[1]
        step = self.strides[-1]
        width = min(max(step, round((self.pixels * shape) ** 0.5 / step) * step), LONGEST_SIDE)
        return width, min(max(step, round(width / shape / step) * step), LONGEST_SIDE)

    def decode(self, outputs: Sequence[FloatArray], size_wh: tuple[int, int], min_score: float) -> sv.Detections:  # noqa: ARG002 - the maps' own
        """See `Head.decode`."""
        levels = [
            CellLevel(stride, outputs[2 * index][0], outputs[2 * index + 1][0])
            for index, stride in enumerate(self.strides)
        ]
        return decode_cells(levels, min_score)


HEADS: Mapping[Family, Head] = {
    "yolox": YoloxHead(),
    "yolov8": Yolov8Head(),
    "nanodet": NanodetHead(),
    "picodet": PicodetHead(),
    "street-cells": CellHead(),
}


def _last_size(network: Network, output: int) -> int:
    """The last dimension of an output; 0 where there is no such output."""
    return network.outputs[output].shape[-1] if output < len(network.outputs) and network.outputs[output].shape else 0
