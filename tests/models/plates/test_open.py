"""The plate lane out of the catalogue."""

from pathlib import Path

import pytest

from models.catalogue import Catalogue
from models.importing import IMPORTABLE
from models.open import open_model
from models.plates.open import open_plate_lane, open_plate_reader
from models.plates.reader import PlateReader
from vision.errors import ConfigurationError


def test_the_shipped_reader_opens_by_its_task(tmp_path: Path) -> None:
    assert isinstance(open_model(Catalogue(tmp_path), "plate-reader"), PlateReader)


def test_a_model_for_another_task_is_refused_with_both_tasks(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted a model for plate-reading, got one for face-detection"):
        open_plate_reader(Catalogue(tmp_path), "mtcnn")
    with pytest.raises(ConfigurationError, match="wanted a model for plate-detection, got one for plate-reading"):
        open_plate_lane(Catalogue(tmp_path), detector_id="plate-reader", reader_id="plate-reader")


def test_a_model_that_no_manifest_lists_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no model 'nothing'"):
        open_model(Catalogue(tmp_path), "nothing")


def test_users_may_bring_plate_networks_of_their_own() -> None:
    assert IMPORTABLE["plate-corners"] == "plate-detection"
    assert IMPORTABLE["plate-ctc"] == "plate-reading"
