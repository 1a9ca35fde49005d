"""Pictures that may be kept: drawn people and plates that nobody can read any more."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.faces.lane import FaceLane
from pipelines.networks import Networks
from pipelines.services.redaction import LONGEST_PX, Redactor
from pipelines.settings import Settings
from tests.fake_plates import FakePlateDetector, car_picture, fake_plate_lane
from tests.fakes import FakeDetector, FakeEmbedder, FakeThresholds, fake_lane, portrait
from vision.types import Image

# The drawn face lies in x 75..245, y 105..345; the first plate at 40, 270 with 264x60 pixels.
FACE = (slice(105, 345), slice(75, 245))
PLATE = (slice(270, 330), slice(40, 304))


def _decoded(jpeg: bytes) -> Image:
    image: Image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return image


def _detail(image: Image) -> float:
    """How much neighbouring pixels differ; edges of cells are few."""
    return float(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_32F).var())


def test_a_face_is_illegible_and_the_rest_stays() -> None:
    image = portrait(3)
    kept = _decoded(Redactor(FakeDetector(), None).jpeg(image))
    assert _detail(kept[FACE]) < 0.2 * _detail(image[FACE])
    assert float(np.abs(kept[:60].astype(int) - image[:60]).mean()) < 5


def test_a_plate_is_illegible_legible_or_not_for_the_reader() -> None:
    for legible in (True, False):
        image = car_picture("粤B12345", legible=legible)
        kept = _decoded(Redactor(None, FakePlateDetector()).jpeg(image))
        assert _detail(kept[PLATE]) < 0.05 * _detail(image[PLATE])
        assert not fake_plate_lane().find(kept)


def test_nobody_and_no_plate_leave_the_picture_as_it_is() -> None:
    image = car_picture()
    kept = _decoded(Redactor(None, FakePlateDetector()).jpeg(image))
    assert float(np.abs(kept.astype(int) - image).mean()) < 2


def test_the_callers_picture_stays_as_it_was() -> None:
    image = portrait(3)
    before = image.copy()
    Redactor(FakeDetector(), None).jpeg(image)
    assert np.array_equal(image, before)


def test_a_plate_at_the_border_is_covered_as_far_as_it_is_seen() -> None:
    image = car_picture("粤B12345")[:, 150:].copy()
    kept = _decoded(Redactor(None, FakePlateDetector()).jpeg(image))
    assert _detail(kept[270:330, :154]) < 0.05 * _detail(image[270:330, :154])


def test_a_large_picture_is_kept_smaller() -> None:
    large = cv2.resize(portrait(3), (3200, 3600))
    kept = _decoded(Redactor(FakeDetector(), None).jpeg(large))
    assert (max(kept.shape), kept.shape[:2]) == (LONGEST_PX, (1920, 1707))


class _LargeFacesOnly(FakeDetector):
    """Sees faces of 240 px in pictures of 320 px, and smaller ones not at all."""

    def detect(self, image: Image):  # type: ignore[no-untyped-def]
        return super().detect(image) if image.shape[1] >= 320 else super().detect(portrait(3, faces=0))


def test_a_face_too_small_for_gates_is_found_in_the_enlarged_picture() -> None:
    small = cv2.resize(portrait(3), (160, 180), interpolation=cv2.INTER_AREA)
    face = (slice(53, 172), slice(38, 122))
    seen = _decoded(Redactor(_LargeFacesOnly(), None, enlarge=2.0).jpeg(small))
    missed = _decoded(Redactor(_LargeFacesOnly(), None, enlarge=1.0).jpeg(small))
    assert _detail(seen[face]) < 0.3 * _detail(missed[face])


def _networks(*, plates: bool) -> Networks:
    lane: FaceLane = fake_lane(None, FakeEmbedder())
    return Networks(lane, FakeThresholds(), (), fake_plate_lane() if plates else None)


def test_without_plate_networks_there_is_no_redactor_unless_plates_may_stay(tmp_path: Path) -> None:
    assert Redactor.of(_networks(plates=False), Settings(home=tmp_path)) is None
    faces_only = Redactor.of(_networks(plates=False), Settings(home=tmp_path, evidence_blur=("faces",)))
    assert faces_only is not None
    assert (faces_only.faces is not None, faces_only.plates) == (True, None)


def test_by_default_faces_of_20_px_and_plates_are_looked_for(tmp_path: Path) -> None:
    redactor = Redactor.of(_networks(plates=True), Settings(home=tmp_path, min_face_px=80))
    assert redactor is not None
    assert (redactor.faces is not None, redactor.plates is not None, redactor.enlarge) == (True, True, 4.0)


def test_an_installation_can_keep_plates_legible(tmp_path: Path) -> None:
    redactor = Redactor.of(_networks(plates=True), Settings(home=tmp_path, evidence_blur=("faces",)))
    assert redactor is not None
    assert redactor.plates is None


def test_another_word_than_faces_and_plates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="evidence_blur"):
        Settings(home=tmp_path, evidence_blur=("names",))
