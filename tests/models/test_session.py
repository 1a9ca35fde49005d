import numpy as np
import onnxruntime as ort
import pytest

from models.session import Session
from tests.models.graphs import doubling_graph, local_network
from vision.errors import ModelContractError, ModelFileError, ProviderUnavailable


def test_a_session_runs_the_network_in_the_order_of_the_manifest() -> None:
    graph = doubling_graph()
    (doubled,) = Session(graph, local_network(graph)).run(np.array([[1.0, -3.0]], np.float32))
    assert doubled.tolist() == [[2.0, -6.0]]


def test_another_input_shape_than_listed_is_refused_with_both() -> None:
    graph = doubling_graph(size=3)
    with pytest.raises(ModelContractError, match=r"wanted x \[0, 2\], got .*3"):
        Session(graph, local_network(graph))


def test_a_missing_output_is_refused() -> None:
    graph = doubling_graph()
    with pytest.raises(ModelContractError, match="outputs: wanted z"):
        Session(graph, local_network(graph, output="z"))


def test_bytes_that_are_no_network_are_refused() -> None:
    with pytest.raises(ModelFileError, match="not an ONNX model"):
        Session(b"no network", local_network(b"no network"))


def test_a_provider_that_is_not_installed_is_refused_and_nothing_else_taken() -> None:
    absent = "tensorrt"
    assert "TensorrtExecutionProvider" not in ort.get_available_providers()
    graph = doubling_graph()
    with pytest.raises(ProviderUnavailable, match="wanted TensorrtExecutionProvider"):
        Session(graph, local_network(graph), provider=absent)


def test_a_provider_that_onnxruntime_replaced_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ort, "get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"])
    graph = doubling_graph()
    with (
        pytest.warns(UserWarning, match="CUDAExecutionProvider"),
        pytest.raises(ProviderUnavailable, match="wanted CUDAExecutionProvider, got CPUExecutionProvider"),
    ):
        Session(graph, local_network(graph), provider="cuda")
