"""The exported network with 8-bit weights and activations."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.training.street.files import name_classes
from models.training.street.listing import Photo
from vision.preprocess import letterbox, to_tensor

# Of the last convolutions: rounding what they say to 256 steps would move edges by pixels.
_LAST_PARTS = ("scores", "distances")
# The collector of ranges wants pictures of one size.
_CALIBRATION_WH = (416, 416)


class Photos(CalibrationDataReader):
    """Pictures as the detector would see them.

    Args:
        photos: of all sets.
        count: so many of them, evenly spread.
    """

    def __init__(self, photos: Sequence[Photo], count: int) -> None:
        picks = np.linspace(0, len(photos) - 1, min(count, len(photos))).astype(int)
        self._photos = iter([photos[index] for index in picks])

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next picture, or None at the end."""
        photo = next(self._photos, None)
        if photo is None:
            return None
        canvas, _ = letterbox(photo.image(), _CALIBRATION_WH)
        return {"image": to_tensor(canvas, channels="bgr", std=(255.0, 255.0, 255.0))}


def quantise_network(network: Path, quantised: Path, photos: Sequence[Photo], count: int = 160) -> None:
    """Write the 8-bit twin of a network; its ranges are those that `count` photos give."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(network), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(quantised),
            Photos(photos, count),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["Conv", "Add"],
            nodes_to_exclude=_last_convolutions(prepared),
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": 99.999},
        )
    name_classes(quantised)


def _last_convolutions(path: Path) -> list[str]:
    nodes = onnx.load(path).graph.node
    return [
        node.name for node in nodes if node.op_type == "Conv" and any(f"/{part}/" in node.name for part in _LAST_PARTS)
    ]
