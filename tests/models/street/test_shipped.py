"""The street detectors that are shipped, on drawings that no training saw."""

from pathlib import Path

import numpy as np
import pytest
import supervision as sv

from models.catalogue import Catalogue
from models.street.open import open_street_detector
from sample_videos.street.stills import still


@pytest.mark.parametrize("model_id", ["street-detector", "street-detector-int8"])
def test_a_shipped_detector_finds_the_cars_of_drawn_streets(model_id: str, tmp_path: Path) -> None:
    detector = open_street_detector(Catalogue(home=tmp_path), model_id)
    wanted = found = 0
    for seed in range(8):
        picture, objects = still(seed)
        cars = np.array([box for name, box in objects if name == "car"], np.float32).reshape(-1, 4)
        seen = detector.detect(picture)
        seen_cars = seen.xyxy[seen.data["class_name"] == "car"]
        wanted += len(cars)
        if len(cars) and len(seen_cars):
            found += int((sv.box_iou_batch(cars, seen_cars).max(axis=1) >= 0.5).sum())
    assert wanted >= 8
    assert found >= 0.8 * wanted
