"""Tiny ONNX graphs to test sessions and manifests with."""

import hashlib
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from models.manifest import LocalSource, Network, TensorSpec


def doubling_graph(size: int = 2) -> bytes:
    """`y = 2 x` on (N, size) float32."""
    two = numpy_helper.from_array(np.array([2.0], np.float32), "two")
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "two"], ["y"])],
        "doubling",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", size])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", size])],
        [two],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def local_network(
    content: bytes, path: Path = Path("net.onnx"), *, input_shape: tuple[int, ...] = (0, 2), output: str = "y"
) -> Network:
    """The manifest entry of `doubling_graph`, unless told otherwise."""
    return Network(
        name="doubling",
        inputs=(TensorSpec(name="x", shape=input_shape),),
        outputs=(TensorSpec(name=output, shape=(0, 2)),),
        local=LocalSource(path=path, sha256=hashlib.sha256(content).hexdigest()),
    )
