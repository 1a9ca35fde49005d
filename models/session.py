"""One ONNX network, opened on a named execution provider and checked against its manifest entry."""

import logging
from typing import Literal

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.manifest import Network, TensorSpec
from vision.errors import ModelContractError, ModelFileError, ProviderUnavailable

logger = logging.getLogger(__name__)

Provider = Literal["cpu", "openvino", "cuda", "tensorrt"]
_ORT_NAMES: dict[Provider, str] = {
    "cpu": "CPUExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}


class Session:
    """A network that is ready to run.

    Args:
        graph: the serialized ONNX model.
        network: its manifest entry: names and shapes of inputs and outputs.
        provider: where it runs; never replaced by another silently.
        threads: threads inside one operator; 1 is best where several workers share a machine.

    Raises:
        ProviderUnavailable: this onnxruntime, or this machine, lacks the provider.
        ModelFileError: the bytes are not an ONNX model.
        ModelContractError: inputs or outputs are not those of the manifest.
    """

    def __init__(self, graph: bytes, network: Network, provider: Provider = "cpu", threads: int = 1) -> None:
        self.network = network
        self.provider = provider
        self._session = _open(graph, network.name, provider, threads)
        _assert_provider(self._session, network.name, provider)
        _check("inputs", network.name, network.inputs, self._session.get_inputs())
        _check("outputs", network.name, network.outputs, self._session.get_outputs())
        self._output_names = [output.name for output in network.outputs]

    def run(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The outputs in the manifest's order; `inputs` are in the manifest's order too."""
        names = (spec.name for spec in self.network.inputs)
        outputs: list[NDArray[np.float32]] = self._session.run(
            self._output_names, dict(zip(names, inputs, strict=True))
        )
        return outputs


def _open(graph: bytes, name: str, provider: Provider, threads: int) -> ort.InferenceSession:
    wanted = _ORT_NAMES[provider]
    if wanted not in ort.get_available_providers():
        raise ProviderUnavailable(f"{name}: wanted {wanted}, got only {', '.join(ort.get_available_providers())}")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Waiting threads must not spin: a worker shares its cores with the decoder and the API.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(graph, options, providers=[wanted])
    except ort.capi.onnxruntime_pybind11_state.InvalidProtobuf as error:
        raise ModelFileError(f"{name}: not an ONNX model: {error}") from error


def _assert_provider(session: ort.InferenceSession, name: str, provider: Provider) -> None:
    # onnxruntime falls back to the CPU when a provider fails to initialise; the first entry tells.
    got = session.get_providers()[0]
    if got != _ORT_NAMES[provider]:
        raise ProviderUnavailable(f"{name}: wanted {_ORT_NAMES[provider]}, got {got}")


def _check(side: str, name: str, wanted: tuple[TensorSpec, ...], got: list[ort.NodeArg]) -> None:
    shapes = {arg.name: arg.shape for arg in got}
    for spec in wanted:
        shape = shapes.get(spec.name)
        if shape is None or not _fits(spec.shape, shape):
            raise ModelContractError(f"{name} {side}: wanted {spec.name} {list(spec.shape)}, got {shapes}")
    if side == "inputs" and len(got) != len(wanted):
        raise ModelContractError(f"{name}: wanted {len(wanted)} inputs, got {sorted(shapes)}")


def _fits(wanted: tuple[int, ...], got: list[int | str | None]) -> bool:
    """Whether the sizes agree; 0 in the manifest or a symbol in the file admits any size."""
    if len(wanted) != len(got):
        return False
    return all(want == 0 or not isinstance(have, int) or want == have for want, have in zip(wanted, got, strict=True))
