"""The adapters on the public files that they are for."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import supervision as sv

from models.catalogue import Catalogue
from models.importing import USUAL_PREPROCESSING, describe_file, import_model
from models.manifest import Family
from models.open import open_model
from models.street.detector import StreetDetector
from models.street.open import open_street_detector
from models.street.tiles import TiledDetector
from vision.errors import ModelContractError

# A bus in a street, with a person and a car beside it.
PICTURE = "street/roadside/images/0004a8fb72f5.jpg"
BUS = np.array([[33.1, 135.3, 335.6, 303.4]], np.float32)
FILES: list[tuple[str, Family]] = [
    ("coco_yolox_nano_416", "yolox"),
    ("coco_yolov8n_int8_640", "yolov8"),
    ("coco_nanodet_m_416", "nanodet"),
    ("coco_picodet_s_320", "picodet"),
]


def imported(home: Path, shared: Path, name: str, family: Family) -> Catalogue:
    file = shared / "public-weights" / f"{name}.onnx"
    spec = describe_file(
        file, "mine", family, "unstated", commercial_use=False, preprocessing=USUAL_PREPROCESSING[family]
    )
    import_model(home, file, spec, check=lambda: open_model(Catalogue(home), "mine"))
    return Catalogue(home)


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "family"), FILES)
def test_a_public_file_takes_the_place_of_ours_by_its_entry(
    tmp_path: Path, shared: Path, name: str, family: Family
) -> None:
    catalogue = imported(tmp_path, shared, name, family)
    detector = open_street_detector(catalogue, "mine")
    found = detector.detect(cv2.imread(str(shared / PICTURE)))
    best = found[0]
    assert best.data["class_name"].tolist() == ["bus"]
    assert sv.box_iou_batch(best.xyxy, BUS)[0, 0] > 0.8
    # Less sure, the small ones take the motorcycle for a bicycle.
    sure = found.data["class_name"][np.asarray(found.confidence) >= 0.4]
    assert set(sure) <= {"bus", "person", "car", "motorcycle"}


@pytest.mark.shared_data
def test_a_file_of_another_family_is_refused(tmp_path: Path, shared: Path) -> None:
    with pytest.raises(ModelContractError, match="wanted the outputs of YOLOX"):
        imported(tmp_path, shared, "coco_nanodet_m_416", "yolox")
    assert not (tmp_path / "models").exists()


@pytest.mark.shared_data
def test_an_opened_detector_looks_at_parts_where_that_is_asked_for(tmp_path: Path, shared: Path) -> None:
    catalogue = imported(tmp_path, shared, *FILES[0])
    assert isinstance(open_street_detector(catalogue, "mine", (320, 320)), TiledDetector)
    assert isinstance(open_model(catalogue, "mine"), StreetDetector)
