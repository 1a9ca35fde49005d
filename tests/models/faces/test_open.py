import shutil
from pathlib import Path

import pytest

from models.catalogue import Catalogue
from models.faces.embedder import FaceEmbedder
from models.faces.mtcnn import MtcnnDetector
from models.faces.open import open_embedder, open_face_lane, open_face_model
from models.importing import describe_file, import_model
from models.manifest import Preprocessing
from vision.errors import ConfigurationError


def test_the_defaults_open_as_a_detector_and_an_embedder(converted_home: Path) -> None:
    catalogue = Catalogue(converted_home)
    assert isinstance(open_face_model(catalogue, "mtcnn"), MtcnnDetector)
    assert isinstance(open_face_model(catalogue, "dlib-resnet-v1"), FaceEmbedder)


def test_a_lane_serves_the_current_embedder_first_and_has_no_liveness_unless_asked(converted_home: Path) -> None:
    lane = open_face_lane(Catalogue(converted_home), detector_id="mtcnn", embedder_ids=["dlib-resnet-v1"])
    assert lane.current.model_id == "dlib-resnet-v1"
    assert lane.liveness is None


def test_a_model_for_another_task_is_refused_with_both_tasks(converted_home: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted a model for face-embedding, got one for face-detection"):
        open_embedder(Catalogue(converted_home), "mtcnn")


@pytest.mark.shared_data
def test_an_unknown_threshold_in_the_manifest_is_named(tmp_path: Path, shared: Path) -> None:
    file = tmp_path / "yunet.onnx"
    shutil.copy(shared / "public-weights" / "face_yunet_n_320.onnx", file)
    spec = describe_file(file, "mine", "yunet", "Apache-2.0", commercial_use=True, preprocessing=Preprocessing())
    import_model(tmp_path, file, spec.model_copy(update={"thresholds": {"min_scores": 0.4}}), check=lambda: None)
    with pytest.raises(ConfigurationError, match="min_scores"):
        open_face_model(Catalogue(tmp_path), "mine")
