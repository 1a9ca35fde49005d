"""Trained detectors as ONNX files: exported, checked against torch, and in 8 bits."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from torch import Tensor

from models.manifest import Preprocessing
from vision.errors import ModelContractError
from vision.preprocess import letterbox, to_tensor
from vision.types import Image

Inputs = dict[str, NDArray[np.float32]]

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
    tolerances = {name: _SCORE_TOLERANCE if name.startswith("scores") else _PIXEL_TOLERANCE for name in outputs}
    picture = np.random.default_rng(0).random((1, 3, *_CHECKED_HW), np.float32)
    traced, checked = {"image": torch.zeros(1, 3, *_TRACED_HW)}, {"image": torch.from_numpy(picture)}
    export_checked(network, path, traced, checked, axes, tolerances)


def export_checked(
    network: torch.nn.Module,
    path: Path,
    traced: Mapping[str, Tensor],
    checked: Mapping[str, Tensor],
    axes: Mapping[str, Mapping[int, str]],
    tolerances: Mapping[str, float],
) -> None:
    """Write a network and compare it with torch.

    Args:
        traced: inputs by name, in the network's order.
        checked: inputs of another shape: a size that was frozen into the graph would show.
        axes: names of the free dimensions, by input and output.
        tolerances: of the outputs by name, in the network's order.

    Raises:
        ModelContractError: onnxruntime computes something else than torch.
    """
    with torch.no_grad():
        # The tracing exporter needs no onnxscript, and these networks have no branches.
        torch.onnx.export(
            network,
            tuple(traced.values()),
            str(path),
            input_names=list(traced),
            output_names=list(tolerances),
            dynamic_axes={one: dict(free) for one, free in axes.items()},
            opset_version=_OPSET,
            dynamo=False,
        )
        wanted = [output.numpy() for output in network(*checked.values())]
    _fold(path)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got: list[NDArray[np.float32]] = session.run(list(tolerances), {name: one.numpy() for name, one in checked.items()})
    for (output, tolerance), one, other in zip(tolerances.items(), wanted, got, strict=True):
        worst = float(np.abs(one - other).max())
        if worst > tolerance:
            raise ModelContractError(f"{path.name} {output}: wanted at most {tolerance} from torch, got {worst}")


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
        float_parts: see `quantise`.
        preprocessing: of the pictures, as the network is listed with.
    """
    canvases = (letterbox(picture, size_wh)[0] for picture in pictures)
    prepared = preprocessing
    tensors = (to_tensor(one, channels=prepared.channels, mean=prepared.mean, std=prepared.std) for one in canvases)
    quantise(network, quantised, ({"image": tensor} for tensor in tensors), float_parts)


def quantise(network: Path, quantised: Path, inputs: Iterable[Inputs], float_parts: Sequence[str]) -> None:
    """Write the 8-bit twin of a network.

    Args:
        inputs: by name, each always of one shape; the ranges of all values are taken from them.
        float_parts: parts of the network whose convolutions stay as they are: rounding what the last ones say to 256
            steps would move corners by pixels.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(network), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(quantised),
            _Reader(iter(inputs)),
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


@dataclass(frozen=True, slots=True)
class _Reader(CalibrationDataReader):
    """Inputs one by one, as the collector of ranges asks for them."""

    inputs: Iterator[Inputs]

    def get_next(self) -> Inputs | None:
        """The next ones, or None at the end."""
        return next(self.inputs, None)


def evenly(count: int, wanted: int) -> list[int]:
    """At most so many of the first `count` numbers, evenly spread."""
    return [int(one) for one in np.linspace(0, count - 1, min(wanted, count))]


def _fold(path: Path) -> None:
    """Fold constants, and paddings into their convolutions: the tracing exporter leaves them as computations."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    ort.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def _convolutions_of(path: Path, parts: Sequence[str]) -> list[str]:
    nodes = onnx.load(path).graph.node
    return [node.name for node in nodes if node.op_type == "Conv" and any(f"/{part}/" in node.name for part in parts)]
