"""The three MTCNN networks as ONNX, out of the weights that the package `mtcnn` carries.

The package stores Keras weights as joblib pickles. They are verified by sha256 and then not even unpickled: the
pickle's opcodes are walked, not executed, only to find where the arrays' bytes lie. Neither the package nor
TensorFlow is imported.

Source: Zhang et al., "Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks", 2016;
weights of https://github.com/ipazc/mtcnn 1.0.0 (MIT).
"""

import io
import math
import pickletools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import lz4.frame
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.files import read_verified
from vision.errors import ModelFileError

Network = Literal["pnet", "rnet", "onet"]
Weights = NDArray[np.float64]

INPUT = "image"
SOURCE_SHA256: dict[Network, str] = {
    "pnet": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}

# The networks were trained on (x - 127.5) / 128.
_MEAN = 127.5
_DIVISOR = 128.0
# Operators as of 2020, so that every onnxruntime still in use opens the file.
_OPSET = 13
_IR_VERSION = 8


@dataclass(frozen=True, slots=True)
class Block:
    """An unpadded square convolution and its PReLU, then a max-pool of stride 2 over `pool` pixels (0: none)."""

    inputs: int
    outputs: int
    kernel: int
    pool: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """One network: blocks, a dense layer with PReLU (inputs, outputs), linear heads (name, outputs) in file order.

    pnet has no dense layer: its heads are 1x1 convolutions, and its input may have any size from `side` on.
    """

    side: int
    blocks: tuple[Block, ...]
    dense: tuple[int, int] | None
    heads: tuple[tuple[str, int], ...]


LAYOUTS: dict[Network, Layout] = {
    "pnet": Layout(
        side=12,
        blocks=(Block(3, 10, 3, pool=2), Block(10, 16, 3), Block(16, 32, 3)),
        dense=None,
        heads=(("boxes", 4), ("scores", 2)),
    ),
    "rnet": Layout(
        side=24,
        blocks=(Block(3, 28, 3, pool=3), Block(28, 48, 3, pool=3), Block(48, 64, 2)),
        dense=(576, 128),
        heads=(("boxes", 4), ("scores", 2)),
    ),
    "onet": Layout(
        side=48,
        blocks=(Block(3, 32, 3, pool=3), Block(32, 64, 3, pool=3), Block(64, 64, 3, pool=2), Block(64, 128, 2)),
        dense=(1152, 256),
        heads=(("boxes", 4), ("landmarks", 10), ("scores", 2)),
    ),
}


def convert(source: Path, network: Network) -> onnx.ModelProto:
    """The network as ONNX: `image` (N, 3, H, W) float32 RGB 0..255 -> `boxes`, `scores` and, of onet, `landmarks`.

    pnet answers a map of stride 2: boxes (N, 4, h, w), scores (N, 2, h, w). rnet takes 24x24 and onet 48x48: boxes
    (N, 4), scores (N, 2), landmarks (N, 10), five x then five y. Boxes are offsets of x1, y1, x2, y2 in sides of the
    input window, landmarks fractions of it; scores are probabilities of no face and of a face. The normalisation
    is folded into the first convolution, which is exact because that convolution has no padding.

    Args:
        source: `pnet.lz4`, `rnet.lz4` or `onet.lz4` of mtcnn 1.0.0.

    Raises:
        ModelFileError: `source` is missing, or not that file; nothing of it was read as a pickle then.
    """
    layout = LAYOUTS[network]
    pickle = lz4.frame.decompress(read_verified(source, SOURCE_SHA256[network]))
    arrays = read_arrays(pickle, list(_shapes(layout)))
    return _Graph(layout, iter(arrays)).model(network)


def read_arrays(pickle: bytes, shapes: list[tuple[int, ...]]) -> list[Weights]:
    """The float32 arrays that joblib wrote between a pickle's opcodes; no opcode is executed.

    An array follows the BUILD of its wrapper object, which is the one right behind SETITEMS: a byte with the
    padding's length, the padding, the numbers.

    Raises:
        ModelFileError: not a pickle, or not as many numbers as `shapes` ask for.
    """
    stream = io.BytesIO(pickle)
    arrays: list[Weights] = []
    previous = ""
    try:
        for opcode, _, _ in pickletools.genops(stream):
            if opcode.name == "BUILD" and previous == "SETITEMS":
                shape = shapes[len(arrays)]
                stream.seek(stream.read(1)[0], io.SEEK_CUR)
                numbers = np.frombuffer(stream.read(4 * math.prod(shape)), dtype="<f4")
                arrays.append(numbers.reshape(shape).astype(np.float64))
            previous = opcode.name
    except (ValueError, IndexError) as error:
        raise ModelFileError(f"wanted a pickle of {len(shapes)} arrays, got another: {error}") from error
    if len(arrays) != len(shapes):
        raise ModelFileError(f"wanted a pickle of {len(shapes)} arrays, got {len(arrays)}")
    return arrays


def _shapes(layout: Layout) -> Iterator[tuple[int, ...]]:
    """The Keras shapes of a network's arrays in file order: weight, bias and slope of each layer."""
    for block in layout.blocks:
        yield block.kernel, block.kernel, block.inputs, block.outputs
        yield from [(block.outputs,)] * 2
    if layout.dense is not None:
        yield layout.dense
        yield from [layout.dense[1:]] * 2
    inputs = layout.dense[1] if layout.dense else layout.blocks[-1].outputs
    for _, outputs in layout.heads:
        yield inputs, outputs
        yield (outputs,)


class _Graph:
    """The ONNX graph while it grows; methods take and return names of values."""

    def __init__(self, layout: Layout, arrays: Iterator[Weights]) -> None:
        self._layout = layout
        self._arrays = arrays
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []

    def model(self, network: Network) -> onnx.ModelProto:
        """The whole network as a checked model."""
        layout = self._layout
        x = INPUT
        for number, block in enumerate(layout.blocks, start=1):
            x = self._block(x, f"conv{number}", block)
        if layout.dense is not None:
            x = self._dense(x, layout.blocks[-1].outputs)
        for name, outputs in layout.heads:
            self._head(x, name, outputs)
        side = [layout.side] * 2 if layout.dense else ["height", "width"]
        image = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", 3, *side])
        graph = helper.make_graph(self._nodes, network, [image], self._outputs(), self._initializers)
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _block(self, x: str, name: str, block: Block) -> str:
        weight = next(self._arrays).transpose(3, 2, 0, 1)  # Keras: height, width, inputs, outputs
        bias = next(self._arrays)
        if x == INPUT:
            weight = weight / _DIVISOR
            # Exact sums: numpy's order of summation differs between machines, and tensors are compared by sha256.
            bias = bias - [_MEAN * math.fsum(output.ravel()) for output in weight]
        tensors = self._constant(f"{name}.weight", weight), self._constant(f"{name}.bias", bias)
        x = self._prelu(self._node("Conv", x, *tensors), name, next(self._arrays).reshape(-1, 1, 1))
        if not block.pool:
            return x
        # Keras pads "same" here only behind the last pixel, and where it says "valid" the sizes divide: ceil is both.
        return self._node("MaxPool", x, kernel_shape=[block.pool] * 2, strides=[2, 2], ceil_mode=1)

    def _dense(self, x: str, channels: int) -> str:
        weight = next(self._arrays)
        side = math.isqrt(len(weight) // channels)
        # Rows in the order x, y, channel (the originals were trained in Matlab) become channel, y, x as ONNX flattens.
        weight = weight.reshape(side, side, channels, -1).transpose(2, 1, 0, 3).reshape(len(weight), -1)
        tensors = self._constant("dense.weight", weight), self._constant("dense.bias", next(self._arrays))
        x = self._node("Gemm", self._node("Flatten", x), *tensors)
        return self._prelu(x, "dense", next(self._arrays))

    def _prelu(self, x: str, name: str, slope: Weights) -> str:
        """slope * x + (1 - slope) * relu(x): onnxruntime's own PRelu takes longer than the convolutions."""
        linear = self._node("Mul", x, self._constant(f"{name}.slope", slope))
        rectified = self._node("Mul", self._node("Relu", x), self._constant(f"{name}.one_less_slope", 1 - slope))
        return self._node("Add", linear, rectified)

    def _head(self, x: str, name: str, outputs: int) -> None:
        weight = next(self._arrays)
        operator = "Gemm" if self._layout.dense else "Conv"
        weight = weight if self._layout.dense else weight.T.reshape(outputs, -1, 1, 1)
        output = "logits" if name == "scores" else name
        tensors = self._constant(f"{name}.weight", weight), self._constant(f"{name}.bias", next(self._arrays))
        x = self._node(operator, x, *tensors, output=output)
        if name == "scores":
            self._node("Softmax", x, output=name, axis=1)

    def _outputs(self) -> list[onnx.ValueInfoProto]:
        side = [] if self._layout.dense else ["map_height", "map_width"]
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", outputs, *side])
            for name, outputs in self._layout.heads
        ]

    def _constant(self, name: str, values: Weights) -> str:
        self._initializers.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def _node(self, operator: str, *inputs: str, output: str = "", **attributes: int | list[int]) -> str:
        output = output or f"{operator}{len(self._nodes)}"
        node = helper.make_node(operator, inputs, [output])
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return output
