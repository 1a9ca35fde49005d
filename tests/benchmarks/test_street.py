"""The benchmark of streets: on a detector of white squares, and on public files."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from benchmarks.options import BenchOptions
from benchmarks.result import Result
from benchmarks.street import run
from vision.errors import BadInput, ConfigurationError

SIDE = 64
# A white cell of 32 x 32 from (32, 0) has its centre at (48, 16); the network says 20 pixels to each side.
FOUND = [28.0, 0.0, 64.0, 36.0]


def write_detector(path: Path, names: str = "", box_side: int = 40) -> Path:
    """A YOLOv8 of two classes and one box a cell of stride 32: the second class where the cell is white."""
    boxes = np.zeros((1, 4, 84), np.float32)
    boxes[0, :, 80:] = [[16, 48, 16, 48], [16, 16, 48, 48], [box_side] * 4, [box_side] * 4]
    fine = np.zeros((1, 2, 80), np.float32)
    constants = {"boxes": boxes, "fine": fine, "none": np.zeros((1, 1, 4), np.float32), "shape": np.array([1, 1, 4])}
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("AveragePool", ["grey"], ["means"], kernel_shape=[32, 32], strides=[32, 32]),
        helper.make_node("Reshape", ["means", "shape"], ["bright"]),
        helper.make_node("Concat", ["none", "bright"], ["coarse"], axis=1),
        helper.make_node("Concat", ["fine", "coarse"], ["scores"], axis=2),
        helper.make_node("Concat", ["boxes", "scores"], ["output0"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "squares",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 6, 84])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    if names:
        model.metadata_props.add(key="names", value=names)
    path.write_bytes(model.SerializeToString())
    return path


def write_street(folder: Path, *objects: list[dict[str, object]]) -> None:
    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    image[:32, 32:] = 255
    lines = []
    for number, labelled in enumerate(objects):
        cv2.imwrite(str(folder / f"{number}.png"), image)
        lines.append(json.dumps({"image": f"{number}.png", "objects": labelled}))
    (folder / "labels.jsonl").write_text("\n".join(lines))


def bench(folder: Path, peers: tuple[str, ...] = (), **asked: Any) -> Result:
    return run(BenchOptions("bench", folder / "home", folder, peers=peers), **asked)


def test_a_labelled_car_is_found(tmp_path: Path) -> None:
    write_street(tmp_path, [{"label": "car", "box": FOUND}])
    file = write_detector(tmp_path / "squares.onnx", "{0: 'person', 1: 'car'}")
    result = bench(tmp_path, detector=str(file))
    assert [model.id for model in result.models] == ["file-squares"]
    assert result.n == 1
    right = {"ap50": 1.0, "ap": 1.0, "precision": 1.0, "recall": 1.0}
    assert result.metrics["per_class"] == {"car": right}
    assert result.metrics["any_vehicle"] == {"precision": 1.0, "recall": 1.0}
    assert "ms_p50" in result.metrics


def test_a_peer_is_measured_beside_ours(tmp_path: Path) -> None:
    write_street(tmp_path, [{"label": "truck", "box": FOUND}], [])
    ours = write_detector(tmp_path / "ours.onnx", "{0: 'person', 1: 'car'}")
    peer = write_detector(tmp_path / "peer.onnx", "{0: 'person', 1: 'truck'}")
    result = bench(tmp_path, (str(peer),), detector=str(ours))
    assert list(result.peers) == ["file-peer"]
    assert list(result.ratios) == ["speed_vs_file-peer"]
    found = {"precision": None, "recall": 0.0, "ap50": 0.0, "ap": 0.0}
    assert result.metrics["per_class"] == {"truck": found}
    # The square stands in both pictures and is labelled in one.
    assert result.peers["file-peer"].metrics["any_vehicle"] == {"precision": 0.5, "recall": 1.0}


def test_without_a_detector_the_benchmark_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.street_models.DETECTOR", "not-shipped")
    write_street(tmp_path, [])
    with pytest.raises(ConfigurationError, match="--detector: wanted an id or an ONNX file"):
        bench(tmp_path)


def test_a_file_of_unknown_classes_is_refused(tmp_path: Path) -> None:
    write_street(tmp_path, [])
    file = write_detector(tmp_path / "squares.onnx")
    with pytest.raises(ConfigurationError, match="wanted a map from the network's 2 classes"):
        bench(tmp_path, detector=str(file))


def test_a_label_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    write_street(tmp_path, [{"label": "lorry", "box": FOUND}])
    file = write_detector(tmp_path / "squares.onnx", "{0: 'person', 1: 'car'}")
    with pytest.raises(BadInput, match=r"labels.jsonl:1"):
        bench(tmp_path, detector=str(file))


@pytest.mark.shared_data
def test_a_public_file_runs_through_its_adapter(shared: Path, tmp_path: Path) -> None:
    weights = shared / "public-weights"
    options = BenchOptions(
        "bench", tmp_path, shared / "street" / "roadside", 3, peers=(str(weights / "coco_picodet_s_320.onnx"),)
    )
    result = run(options, detector=str(weights / "coco_yolox_nano_416.onnx"))
    assert set(result.peers) == {"file-coco-picodet-s-320"}
    with pytest.raises(ConfigurationError, match="wanted one of yolox"):
        run(options, detector=str(weights / "face_mobilefacenet_128.onnx"))
