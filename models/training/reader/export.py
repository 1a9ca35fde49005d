"""From the trained network to ONNX files."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from models.training.reader.network import INPUT_WH, PlateReaderNetwork
from vision.errors import ModelContractError

_OPSET = 17
_TOLERANCE = 1e-3
_FEW_CHANNELS = 8
_KEPT_PERCENT = 99.99


def export(network: PlateReaderNetwork, out: Path) -> None:
    """Write the network with probabilities for outputs; the number of crops in a batch stays free.

    Raises:
        ModelContractError: onnxruntime computes something else than PyTorch.
    """
    example = torch.rand(2, 3, INPUT_WH[1], INPUT_WH[0])
    probable = _Probable(network).eval()
    torch.onnx.export(
        probable,
        (example,),
        str(out),
        opset_version=_OPSET,
        dynamo=False,
        input_names=["image"],
        output_names=["characters", "kind"],
        dynamic_axes={"image": {0: "n"}, "characters": {0: "n"}, "kind": {0: "n"}},
    )
    session = ort.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        wanted = probable(example)
    for name, want, got in zip(
        ("characters", "kind"), wanted, session.run(None, {"image": example.numpy()}), strict=True
    ):
        difference = float(np.abs(want.numpy() - got).max())
        if difference > _TOLERANCE:
            raise ModelContractError(f"{name}: wanted PyTorch's output within {_TOLERANCE}, got {difference} off")


def quantise(source: Path, out: Path, images: NDArray[np.uint8]) -> None:
    """Write the variant whose convolutions compute in 8 bits, but for those of few channels, which are slower so.

    Args:
        images: (N, 48, 144, 3) uint8 BGR crops; the ranges of all values are taken from them.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared))
        quantize_static(
            str(prepared),
            str(out),
            _Crops(images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=_narrow_convolutions(prepared),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            # Of the whole range a few outliers would take the steps that all other values need.
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": _KEPT_PERCENT},
        )


class _Probable(nn.Module):
    """The network with probabilities instead of logits: at run time a softmax in numpy takes five times as long."""

    def __init__(self, network: PlateReaderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        characters, kind = self.network(image)
        return characters.softmax(2), kind.softmax(1)


def _narrow_convolutions(graph: Path) -> list[str]:
    """The names of the convolutions that take or give hardly any channels: the first one, and the maps."""
    model = onnx.load(str(graph))
    shapes = {one.name: one.dims for one in model.graph.initializer}
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    return [node.name for node in convolutions if min(shapes[node.input[1]][:2]) < _FEW_CHANNELS]


class _Crops(CalibrationDataReader):
    def __init__(self, images: NDArray[np.uint8]) -> None:
        self._feeds = self._each(images)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        return next(self._feeds, None)

    @staticmethod
    def _each(images: NDArray[np.uint8]) -> Iterator[dict[str, NDArray[np.float32]]]:
        for image in images:
            yield {"image": np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32) / np.float32(255)}
