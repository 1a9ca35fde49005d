"""dlib's face recognition network as ONNX.

Source: Davis King, dlib_face_recognition_resnet_model_v1 (CC0): a ResNet after He et al., "Deep Residual Learning
for Image Recognition", 2015, with 29 convolutions; its definition is dlib/examples/dnn_face_recognition_ex.cpp.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.convert.dlib_file import BLOCKS, Affine, Block, Weights, packaged_file, read_network

__all__ = ["EMBEDDING_SIZE", "INPUT", "INPUT_SIZE", "OUTPUT", "convert", "packaged_file"]

INPUT = "image"
OUTPUT = "embedding"
INPUT_SIZE = 150
EMBEDDING_SIZE = 128

# Side of the features behind the stem's 7x7 convolution (72) and 3x3 max-pooling, both stride 2 and unpadded.
_STEM_OUTPUT_SIZE = 35
# dlib's input layer: the mean of red, green and blue, and the divisor behind it.
_MEAN_RGB = (122.782, 117.001, 104.298)
_DIVISOR = 256.0
# Operators as of 2020, so that every onnxruntime still in use opens the file.
_OPSET = 13
_IR_VERSION = 8


@dataclass(frozen=True, slots=True, eq=False)
class _Convolution:
    """One Conv node: its tensors are named after it; `padding` is top, left, bottom, right."""

    name: str
    tensors: Affine
    stride: int = 1
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    groups: int = 1


def convert(source: Path) -> onnx.ModelProto:
    """The network as ONNX: `image` (N, 3, 150, 150) float32 RGB 0..255 -> `embedding` (N, 128) float32.

    dlib's subtraction of the mean and its division are folded into the first convolution, which is exact because
    that convolution has no padding. The embeddings are dlib's own, not of unit length.

    Raises:
        ModelFileError: `source` is missing, or not dlib's face network.
    """
    network = read_network(source)
    graph = _Graph()
    x = graph.stem(_with_normalisation(network.stem))
    size = _STEM_OUTPUT_SIZE
    for index, (block, tensors) in enumerate(zip(BLOCKS, network.blocks, strict=True)):
        if block.down:
            x = graph.down_block(x, size, block, tensors, f"block{index}")
            size //= 2
        else:
            x = graph.block(x, tensors, f"block{index}")
    graph.head(x, network.projection)
    return graph.model()


def _with_normalisation(stem: Affine) -> Affine:
    """The convolution of (x - mean) / divisor as a convolution of x."""
    weight = stem.weight / _DIVISOR
    shift = weight * np.reshape(_MEAN_RGB, (3, 1, 1))
    # Exact sums: numpy's order of summation differs between machines, and tensors are compared by sha256.
    return Affine(weight, stem.bias - [math.fsum(output.ravel()) for output in shift])


class _Graph:
    """The ONNX graph while it grows; every method takes and returns names of values.

    Only operators that onnxruntime keeps in its blocked channel layout are used, so that nothing is reordered
    between the stem and the pooling: zero channels come from a 1x1 convolution and a zero border from a depthwise
    one instead of Pad, which makes the network 5 % faster.
    """

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []

    def stem(self, tensors: Affine) -> str:
        """From the picture to the features of the first block."""
        x = self._node("Relu", self._convolve(INPUT, _Convolution("stem", tensors, stride=2)))
        return self._node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])

    def block(self, x: str, tensors: tuple[Affine, Affine], name: str) -> str:
        """One residual block that keeps the size and the number of channels."""
        first, second = (
            _Convolution(f"{name}.{part}", affine, padding=(1, 1, 1, 1))
            for part, affine in zip(("first", "second"), tensors, strict=True)
        )
        inner = self._convolve(self._node("Relu", self._convolve(x, first)), second)
        return self._node("Relu", self._node("Add", inner, x))

    def down_block(self, x: str, size: int, block: Block, tensors: tuple[Affine, Affine], name: str) -> str:
        """One residual block that halves features of `size` x `size`, rounding down."""
        inner_size, skip_size = (size - 3) // 2 + 1, size // 2
        inner = self._node("Relu", self._convolve(x, _Convolution(f"{name}.first", tensors[0], stride=2)))
        inner = self._convolve(inner, _second_of_down_block(f"{name}.second", tensors[1], inner_size))
        skip = self._node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
        if block.outputs > block.inputs:
            skip = self._convolve(skip, _widening(f"{name}.widen", block))
        if skip_size > inner_size:
            inner = self._convolve(inner, _growing(f"{name}.grow", block.outputs, skip_size - inner_size))
        return self._node("Relu", self._node("Add", inner, skip))

    def head(self, x: str, projection: Weights) -> None:
        """From the features of the last block to the embedding."""
        mean = self._node("Flatten", self._node("GlobalAveragePool", x))
        self._node("MatMul", mean, self._constant("projection", projection), output=OUTPUT)

    def model(self) -> onnx.ModelProto:
        """The whole graph as a checked model."""
        image = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", 3, INPUT_SIZE, INPUT_SIZE])
        embedding = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", EMBEDDING_SIZE])
        graph = helper.make_graph(self._nodes, "dlib_resnet", [image], [embedding], self._initializers)
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        return model

    def _convolve(self, x: str, convolution: _Convolution) -> str:
        tensors = convolution.tensors
        return self._node(
            "Conv",
            x,
            self._constant(f"{convolution.name}.weight", tensors.weight),
            self._constant(f"{convolution.name}.bias", tensors.bias),
            kernel_shape=list(tensors.weight.shape[2:]),
            strides=[convolution.stride] * 2,
            pads=list(convolution.padding),
            group=convolution.groups,
        )

    def _constant(self, name: str, values: Weights) -> str:
        self._initializers.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def _node(self, operator: str, *inputs: str, output: str = "", **attributes: int | list[int]) -> str:
        node = helper.make_node(operator, inputs, [output or f"{operator}{len(self._nodes)}"])
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return str(node.output[0])


def _second_of_down_block(name: str, tensors: Affine, size: int) -> _Convolution:
    """The padded 3x3 convolution on features of `size` x `size`."""
    if size > 1:
        return _Convolution(name, tensors, padding=(1, 1, 1, 1))
    # On one single pixel only the kernel's centre meets anything but padding.
    return _Convolution(name, Affine(tensors.weight[:, :, 1:2, 1:2], tensors.bias))


def _widening(name: str, block: Block) -> _Convolution:
    """Appends zero channels."""
    identity = np.eye(block.outputs, block.inputs)[:, :, None, None]
    return _Convolution(name, Affine(identity, np.zeros(block.outputs)))


def _growing(name: str, channels: int, by: int) -> _Convolution:
    """Appends `by` zero rows below and zero columns to the right."""
    identity = Affine(np.ones((channels, 1, 1, 1)), np.zeros(channels))
    return _Convolution(name, identity, padding=(0, 0, by, by), groups=channels)
