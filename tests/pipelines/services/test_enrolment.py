"""Enrolling drawn people."""

import pytest

from models.faces.lane import FaceLane
from tests.fakes import FakeDetector, FakeEmbedder, blurred, observed, portrait
from tests.pipelines.site import GALLERY, PURPOSE, Site
from vision.errors import (
    BadInput,
    Conflict,
    NoConsent,
    NoFace,
    NotFound,
    PoorQuality,
    SeveralFaces,
    Uncalibrated,
)
from vision.types import Image


def enrol(site: Site, subject_id: str, *images: Image) -> tuple[int, ...]:
    return site.enrolments.enrol(subject_id, GALLERY, images, "test").template_ids


def stored(site: Site) -> int:
    return site.store.templates.count(GALLERY)


def test_each_picture_becomes_a_template_of_the_current_model(site: Site) -> None:
    subject_id = site.subject()
    ids = enrol(site, subject_id, portrait(0), portrait(0, take=1))
    templates = site.store.templates.of_subject(subject_id, GALLERY)
    assert tuple(template.id for template in templates) == ids
    assert [template.embedding.model_id for template in templates] == ["fake-v1", "fake-v1"]
    assert all(0 < template.quality <= 1 for template in templates)
    assert site.galleries.follow(GALLERY, ["fake-v1"])
    assert site.galleries.enrolled(GALLERY, "fake-v1", subject_id)


def test_without_consent_the_picture_is_not_even_looked_at(site: Site) -> None:
    with pytest.raises(NoConsent):
        enrol(site, site.subject(consent=False), portrait(0, faces=0))


def test_consent_for_another_purpose_is_no_consent(site: Site) -> None:
    subject_id = site.subject(consent=False)
    site.store.consents.record(subject_id, "boarding", evidence="form 2", expires_at=None, actor="test")
    with pytest.raises(NoConsent, match=PURPOSE):
        enrol(site, subject_id, portrait(0))


@pytest.mark.parametrize("count", [0, 6])
def test_one_to_five_pictures_are_wanted(site: Site, count: int) -> None:
    with pytest.raises(BadInput, match=f"got {count}"):
        enrol(site, site.subject(), *[portrait(0, take=take) for take in range(count)])


def test_one_bad_picture_keeps_all_of_them_out(site: Site) -> None:
    subject_id = site.subject()
    for bad, error in [
        (portrait(0, faces=0), NoFace),
        (portrait(0, faces=2), SeveralFaces),
        (blurred(observed(0)).image, PoorQuality),
        (portrait(1), Conflict),
    ]:
        with pytest.raises(error):
            enrol(site, subject_id, portrait(0), bad)
    assert stored(site) == 0


def test_the_reasons_of_poor_quality_are_told(site: Site) -> None:
    with pytest.raises(PoorQuality) as caught:
        enrol(site, site.subject(), portrait(0, yaw=0.4))
    assert caught.value.reasons == ("turned",)


def test_a_bystander_half_as_large_does_not_hinder(site: Site) -> None:
    class WithBystander(FakeDetector):
        def detect(self, image: Image):
            faces = super().detect(image)
            faces.xyxy[1] = [0, 30, 80, 150]  # 120 of the first one's 240 pixels
            return faces

    site.use(FaceLane(WithBystander(), [FakeEmbedder()]))
    assert len(enrol(site, site.subject(), portrait(0, faces=2))) == 1


def test_later_pictures_must_show_the_same_person(site: Site) -> None:
    subject_id = site.enrolled(0)
    with pytest.raises(Conflict, match="another one"):
        enrol(site, subject_id, portrait(1))
    assert len(enrol(site, subject_id, portrait(0, take=3))) == 1


def test_an_unknown_subject_or_gallery_is_not_found(site: Site) -> None:
    with pytest.raises(NotFound):
        enrol(site, "sub_none", portrait(0))
    with pytest.raises(NotFound):
        site.enrolments.enrol(site.subject(), "nowhere", [portrait(0)], "test")


def test_a_model_without_calibration_enrols_nobody(site: Site) -> None:
    site.use(FaceLane(FakeDetector(), [FakeEmbedder("uncalibrated")]))
    with pytest.raises(Uncalibrated):
        enrol(site, site.subject(), portrait(0))


def test_photographs_are_kept_only_where_the_gallery_says_so(site: Site) -> None:
    site.gallery("archive", keep_photographs=True)
    subject_id = site.enrolled(0)
    assert site.store.photographs.list(subject_id) == ()
    kept = site.enrolments.enrol(subject_id, "archive", [portrait(0)], "test").photograph_ids
    assert len(kept) == 1
    assert site.store.photographs.read(kept[0]).startswith(b"\xff\xd8")
