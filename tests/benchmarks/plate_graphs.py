"""Tiny networks of the plate families: a reader that always says one text, a detector of red squares."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from tests.plate_cells import cells, kinds
from vision.plate_alphabet import PlateKind

HALF_WH = (48.0, 18.0)
"""Of the plates that `square_detector` finds, around the red square: so large is a plate in the look from near."""


def write_reader(path: Path, text: str, kind: PlateKind = "blue") -> Path:
    """A file of family plate-ctc that says the same whatever it sees."""
    characters = cells(text)[None]
    shown = kinds(kind)[None]
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "said"], ["characters"]),
        helper.make_node("Add", ["zero", "shown"], ["kind"]),
    ]
    weights = {"nothing": np.zeros((), np.float32), "said": characters, "shown": shown}
    outputs = {"characters": characters.shape, "kind": shown.shape}
    return _write(path, nodes, weights, (1, 3, 48, 144), outputs)


def write_square_detector(path: Path) -> Path:
    """A file of family plate-corners: a plate of one line around every fully red cell of 8 x 8 pixels."""
    nodes, weights = [], {}
    outputs: dict[str, tuple[int | str, ...]] = {}
    corners = [
        edge * sign for signs in ((-1, -1), (1, -1), (1, 1), (-1, 1)) for edge, sign in zip(HALF_WH, signs, strict=True)
    ]
    for stride in (8, 16, 32):
        mean = np.zeros((2, 3, stride, stride), np.float32)
        # BGR: red is the last channel; only the finest map looks at all.
        mean[0, 2] = 1 / stride**2 if stride == 8 else 0
        weights[f"mean{stride}"] = mean
        weights[f"none{stride}"] = np.zeros((8, 3, stride, stride), np.float32)
        weights[f"at{stride}"] = np.array(corners, np.float32)
        step = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
        nodes.append(helper.make_node("Conv", ["image", f"mean{stride}"], [f"scores{stride}"], **step))
        names = ["image", f"none{stride}", f"at{stride}"]
        nodes.append(helper.make_node("Conv", names, [f"corners{stride}"], **step))
        outputs |= {f"scores{stride}": (1, 2, f"h{stride}", f"w{stride}")}
        outputs |= {f"corners{stride}": (1, 8, f"h{stride}", f"w{stride}")}
    return _write(path, nodes, weights, (1, 3, "h", "w"), outputs)


def _write(
    path: Path,
    nodes: list[onnx.NodeProto],
    weights: dict[str, NDArray[np.float32]],
    image: tuple[int | str, ...],
    outputs: dict[str, tuple[int | str, ...]],
) -> Path:
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, image)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path
