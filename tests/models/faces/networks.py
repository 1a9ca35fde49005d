"""Sessions for the detectors' tests: MTCNN out of its package, ONNX files, and one with hand-written answers."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from models.convert import mtcnn
from models.manifest import LocalSource, Network, TensorSpec
from models.session import Session

# As one sees them in skimage's astronaut, to 2 pixels: eyes, tip of the nose, corners of the mouth.
ASTRONAUT_LANDMARKS = np.array([[204, 101], [247, 103], [226, 127], [204, 140], [245, 141]], dtype=np.float32)


def packaged_weights(network: mtcnn.Network) -> Path:
    """The file of the package mtcnn."""
    spec = importlib.util.find_spec("mtcnn")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "assets" / "weights" / f"{network}.lz4"


def mtcnn_sessions() -> tuple[Session, ...]:
    """pnet, rnet and onet, converted now."""
    names: tuple[mtcnn.Network, ...] = ("pnet", "rnet", "onet")
    return tuple(session(mtcnn.convert(packaged_weights(name), name)) for name in names)


def session(model: onnx.ModelProto) -> Session:
    """A graph as a session, described by itself."""
    content = model.SerializeToString()
    tensors = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in tensors]
    network = Network(
        name=model.graph.name or "graph",
        inputs=tuple(_spec(value) for value in inputs),
        outputs=tuple(_spec(value) for value in model.graph.output),
        local=LocalSource(path=Path("graph.onnx"), sha256=hashlib.sha256(content).hexdigest()),
    )
    return Session(content, network)


def _spec(value: onnx.ValueInfoProto) -> TensorSpec:
    return TensorSpec(name=value.name, shape=tuple(size.dim_value for size in value.type.tensor_type.shape.dim))


class FakeSession:
    """Answers every input with the same arrays, and keeps the inputs."""

    def __init__(self, input_shape: tuple[int, ...], *outputs: NDArray[np.float32]) -> None:
        self.network = Network(
            name="fake",
            inputs=(TensorSpec(name="x", shape=input_shape),),
            outputs=tuple(TensorSpec(name=f"y{number}", shape=array.shape) for number, array in enumerate(outputs)),
            local=LocalSource(path=Path("fake.onnx"), sha256="0" * 64),
        )
        self.seen: list[NDArray[np.float32]] = []
        self._outputs = list(outputs)

    def run(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.seen.extend(inputs)
        return self._outputs
