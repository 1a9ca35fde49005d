"""The exported network with 8-bit weights and activations."""

import tempfile
from collections.abc import Iterator
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

from models.training.detector.samples import SceneFolder
from vision.preprocess import letterbox, to_tensor

# Of the last convolutions: rounding what they say to 256 steps would move corners by pixels.
_LAST_PARTS = ("scores", "corners")
# The collector of ranges wants pictures of one size.
_CALIBRATION_WH = (512, 512)


class Scenes(CalibrationDataReader):
    """Pictures as the detector would see them.

    Args:
        folder: rendered scenes.
        count: so many of them, evenly spread.
    """

    def __init__(self, folder: SceneFolder, count: int) -> None:
        picks = np.linspace(0, len(folder) - 1, min(count, len(folder))).astype(int)
        self._tensors = self._read(folder, picks)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next picture, or None at the end."""
        return next(self._tensors, None)

    def _read(self, folder: SceneFolder, picks: NDArray[np.intp]) -> Iterator[dict[str, NDArray[np.float32]]]:
        for index in picks:
            picture = folder.whole(int(index)).picture
            canvas, _ = letterbox(picture, _CALIBRATION_WH)
            yield {"image": to_tensor(canvas, channels="bgr", std=(255.0, 255.0, 255.0))}


def quantise_network(network: Path, quantised: Path, scenes: SceneFolder, count: int = 80) -> None:
    """Write the 8-bit twin of a network; its ranges are those that `count` scenes give."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(network), str(prepared), skip_symbolic_shape=True)
        _quantise(prepared, quantised, Scenes(scenes, count))


def _quantise(prepared: Path, quantised: Path, scenes: Scenes) -> None:
    quantize_static(
        str(prepared),
        str(quantised),
        scenes,
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["Conv", "Add"],
        nodes_to_exclude=_last_convolutions(prepared),
        calibrate_method=CalibrationMethod.Percentile,
        extra_options={"CalibPercentile": 99.999},
    )


def _last_convolutions(path: Path) -> list[str]:
    nodes = onnx.load(path).graph.node
    return [
        node.name for node in nodes if node.op_type == "Conv" and any(f"/{part}/" in node.name for part in _LAST_PARTS)
    ]
