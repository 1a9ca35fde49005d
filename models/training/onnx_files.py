"""Trained detectors as ONNX files: exported, checked against torch, and in 8 bits."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.manifest import Preprocessing
from vision.errors import ModelContractError
from vision.preprocess import letterbox, to_tensor
from vision.types import Image

_OPSET = 17
_TRACED_HW = (384, 640)
# Another shape than the traced one: a size that was frozen into the graph would show.
_CHECKED_HW = (256, 320)
_SCORE_TOLERANCE = 1e-4
_PIXEL_TOLERANCE = 0.05


def export_detector(network: torch.nn.Module, path: Path, outputs: Sequence[str]) -> None:
    """Write a detector with free height and width.

    Args:
        network: (1, 3, H, W) -> maps of scores, probabilities, and of pixels, in the order of `outputs`.
        outputs: names that end in their stride, such as `scores_8`.

    Raises:
        ModelContractError: onnxruntime computes something else than torch.
    """
    axes = {"image": {2: "height", 3: "width"}}
    for name in outputs:
        stride = name.split("_")[1]
        axes[name] = {2: f"rows_{stride}", 3: f"columns_{stride}"}
    with torch.no_grad():
        # The tracing exporter needs no onnxscript, and these networks have no branches.
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, *_TRACED_HW),),
            str(path),
            input_names=["image"],
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
    _fold(path)
    _check(network, path, outputs)


def quantise_detector(
    network: Path,
    quantised: Path,
    pictures: Iterable[Image],
    size_wh: tuple[int, int],
    float_parts: Sequence[str],
    preprocessing: Preprocessing,
) -> None:
    """Write the 8-bit twin of a detector.

    Args:
        pictures: (H, W, 3) uint8 BGR; the ranges of all values are taken from them.
        size_wh: at which they are looked at: the collector of ranges wants one size.
        float_parts: parts of the network whose convolutions stay as they are: rounding what the last ones say to 256
            steps would move corners by pixels.
        preprocessing: of the pictures, as the network is listed with.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(network), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(quantised),
            _Pictures(pictures, size_wh, preprocessing),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            # What bends a convolution's output is rounded with it: between two roundings it would cost more time.
            op_types_to_quantize=["Conv", "Add", "Relu", "Clip"],
            nodes_to_exclude=_convolutions_of(prepared, float_parts),
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": 99.999},
        )


class _Pictures(CalibrationDataReader):
    """Pictures as the detector would see them."""

    def __init__(self, pictures: Iterable[Image], size_wh: tuple[int, int], prepared: Preprocessing) -> None:
        canvases = (letterbox(picture, size_wh)[0] for picture in pictures)
        self._tensors = (
            to_tensor(canvas, channels=prepared.channels, mean=prepared.mean, std=prepared.std) for canvas in canvases
        )

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next picture, or None at the end."""
        tensor = next(self._tensors, None)
        return None if tensor is None else {"image": tensor}


def evenly(count: int, wanted: int) -> list[int]:
    """At most so many of the first `count` numbers, evenly spread."""
    return [int(one) for one in np.linspace(0, count - 1, min(wanted, count))]


def _fold(path: Path) -> None:
    """Fold constants, and paddings into their convolutions: the tracing exporter leaves them as computations."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    ort.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def _check(network: torch.nn.Module, path: Path, outputs: Sequence[str]) -> None:
    picture = np.random.default_rng(0).random((1, 3, *_CHECKED_HW), np.float32)
    with torch.no_grad():
        wanted = [output.numpy() for output in network(torch.from_numpy(picture))]
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got: list[NDArray[np.float32]] = session.run(list(outputs), {"image": picture})
    for name, one, other in zip(outputs, wanted, got, strict=True):
        tolerance = _SCORE_TOLERANCE if name.startswith("scores") else _PIXEL_TOLERANCE
        worst = float(np.abs(one - other).max())
        if worst > tolerance:
            raise ModelContractError(f"{path.name} {name}: wanted at most {tolerance} from torch, got {worst}")


def _convolutions_of(path: Path, parts: Sequence[str]) -> list[str]:
    nodes = onnx.load(path).graph.node
    return [node.name for node in nodes if node.op_type == "Conv" and any(f"/{part}/" in node.name for part in parts)]
