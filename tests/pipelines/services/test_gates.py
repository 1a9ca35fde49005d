"""What a gate answers, and what the store holds of it."""

from datetime import timedelta

import pytest

from pipelines.records.event_log import EventFilter
from pipelines.records.gate_values import BarrierSpec, Decision, Gate
from tests.fakes import FakeDetector, FakeEmbedder, FakeLiveness, blurred, fake_lane, observed, portrait
from tests.pipelines.site import GALLERY, PURPOSE, Site
from vision.errors import BadInput, NoFace, NotFound, SeveralFaces, Uncalibrated
from vision.types import Embedding, FaceObservation, FloatArray, Image

# Person 5 is cos 0.9 to person 0 and person 6 is cos 0.85 to person 0; 0.9 * 0.85 = 0.765 to each other.
LOOKS = {5: [0.9, 0.4359], 6: [0.85, 0.0, 0.5268]}


def words(decision: Decision) -> tuple[str, str]:
    return decision.decision, decision.reason


def test_the_right_person_is_accepted(site: Site) -> None:
    site.gate()
    subject_id = site.enrolled(0)
    decision = site.gates.verify("north", subject_id, [observed(0, take=2)])
    assert words(decision) == ("accepted", "match")
    # take 2 leans 0.02 aside: 1 / sqrt(1 + 0.02^2) = 0.9998
    assert decision.score == pytest.approx(0.9998, abs=1e-4)
    assert (decision.threshold, decision.subject_id, decision.model_id) == (0.8, subject_id, "fake-v1")
    assert decision.expires_at == decision.created_at + timedelta(seconds=5)
    assert site.recorded(decision) == decision


def test_another_person_is_rejected_and_the_score_recorded(site: Site) -> None:
    site.gate()
    subject_id = site.enrolled(0)
    decision = site.gates.verify("north", subject_id, [observed(1)])
    assert words(decision) == ("rejected", "below_threshold")
    assert decision.score == pytest.approx(0.0, abs=1e-6)
    assert site.recorded(decision).subject_id == subject_id


def test_the_subjects_most_alike_picture_counts(site: Site) -> None:
    site.gate()
    subject_id = site.enrolled(0, 0, 9)
    # take 9 leans 0.09 aside, as its own template does: 1, where take 0 gives 1 / sqrt(1 + 0.09^2) = 0.996.
    assert site.gates.verify("north", subject_id, [observed(0, take=9)]).score == pytest.approx(1.0, abs=1e-5)


def test_nobody_enrolled_is_unknown(site: Site) -> None:
    site.gate()
    assert words(site.gates.verify("north", site.subject(), [observed(0)])) == ("unknown", "not_enrolled")
    assert words(site.gates.verify("north", "sub_none", [observed(0)])) == ("unknown", "not_enrolled")


def test_an_expired_consent_is_asked_for_at_every_decision(site: Site) -> None:
    site.gate()
    site.gate("identify", "south")
    subject_id = site.subject(consent=False)
    until = site.clock() + timedelta(hours=1)
    site.store.consents.record(subject_id, PURPOSE, evidence="form 3", expires_at=until, actor="test")
    site.enrolments.enrol(subject_id, GALLERY, [portrait(0)], "test")
    assert words(site.gates.verify("north", subject_id, [observed(0)])) == ("accepted", "match")
    site.clock.advance(3601)
    assert words(site.gates.verify("north", subject_id, [observed(0)])) == ("unknown", "no_consent")
    found = site.gates.identify("south", [observed(0)])
    assert (words(found), found.subject_id, found.score) == (("unknown", "no_consent"), None, None)


def test_an_expired_gallery_compares_nobody(site: Site) -> None:
    site.gallery("flight", expires_at=site.clock() + timedelta(hours=1))
    site.gate(gate_id="boarding", gallery_id="flight")
    subject_id = site.subject()
    site.enrolments.enrol(subject_id, "flight", [portrait(0)], "test")
    site.clock.advance(3600)
    assert words(site.gates.verify("boarding", subject_id, [observed(0)])) == ("unknown", "gallery_expired")


def test_poor_pictures_are_unknown_with_every_word(site: Site) -> None:
    site.gate()
    subject_id = site.enrolled(0)
    decision = site.gates.verify("north", subject_id, [blurred(observed(0)), observed(0, yaw=0.5)])
    assert words(decision) == ("unknown", "poor_quality:blurred,low_contrast,turned")
    assert decision.score is None


def test_good_pictures_count_where_others_are_poor(site: Site) -> None:
    site.gate()
    subject_id = site.enrolled(0)
    decision = site.gates.verify("north", subject_id, [blurred(observed(0)), observed(0)])
    assert words(decision) == ("accepted", "match")


def test_no_picture_is_unknown(site: Site) -> None:
    site.gate()
    assert words(site.gates.verify("north", site.enrolled(0), [])) == ("unknown", "no_face")


def test_the_mean_of_two_people_opens_for_neither(site: Site) -> None:
    # Their mean has cos 0.707 to each; with a threshold of 0.6 it would pass.
    site.thresholds.by_model["fake-v1"] = 0.6
    site.gate()
    subject_id = site.enrolled(0)
    decision = site.gates.verify("north", subject_id, [observed(0), observed(1)])
    assert words(decision) == ("unknown", "several_people")


def test_one_of_many_is_identified(site: Site) -> None:
    site.gate("identify")
    enrolled = [site.enrolled(person) for person in range(4)]
    decision = site.gates.identify("north", [observed(2, take=1), observed(2)])
    assert words(decision) == ("accepted", "match")
    assert decision.subject_id == enrolled[2]


def test_a_stranger_is_unknown_and_has_no_subject(site: Site) -> None:
    site.gate("identify")
    site.enrolled(0)
    decision = site.gates.identify("north", [observed(7)])
    assert (words(decision), decision.subject_id) == (("unknown", "no_match"), None)
    assert decision.score == pytest.approx(0.0, abs=1e-6)


def test_an_empty_gallery_is_unknown(site: Site) -> None:
    site.gate("identify")
    assert words(site.gates.identify("north", [observed(0)])) == ("unknown", "gallery_empty")


def test_two_subjects_about_as_near_are_ambiguous(site: Site) -> None:
    site.use(fake_lane(None, FakeEmbedder(looks=LOOKS)))
    site.gate("identify")
    best, _second = site.enrolled(5), site.enrolled(6)
    # 0.90 against 0.85: closer together than half a decade of the fake thresholds, 0.5 x 0.2 = 0.1.
    decision = site.gates.identify("north", [observed(0)])
    assert (words(decision), decision.subject_id) == (("unknown", "ambiguous"), None)
    site.gate("identify", "lenient", margin=0.04)
    assert site.gates.identify("lenient", [observed(0)]).subject_id == best


def test_several_pictures_of_one_subject_are_no_runner_up(site: Site) -> None:
    site.gate("identify")
    subject_id = site.enrolled(0, 0, 1, 2)
    assert site.gates.identify("north", [observed(0)]).subject_id == subject_id


def test_a_gate_beyond_the_calibration_is_refused_when_made_and_unknown_when_asked(site: Site) -> None:
    gate = site.gate(target_fmr=1e-6)
    with pytest.raises(Uncalibrated):
        site.gates.check_gate(gate)
    assert words(site.gates.verify("north", site.enrolled(0), [observed(0)])) == ("unknown", "uncalibrated")


def test_a_barrier_without_an_address_is_refused(site: Site) -> None:
    gate = Gate("east", GALLERY, "verify", "none", 1e-3, site.clock(), barrier=BarrierSpec("http"))
    with pytest.raises(BadInput, match="url"):
        site.gates.check_gate(gate)
    site.gates.check_gate(site.gate(barrier=BarrierSpec("simulated")))


def test_a_gate_answers_only_in_its_mode(site: Site) -> None:
    site.gate()
    site.gate("identify", "south")
    with pytest.raises(BadInput):
        site.gates.identify("north", [observed(0)])
    with pytest.raises(BadInput):
        site.gates.verify("south", "sub_x", [observed(0)])
    with pytest.raises(NotFound):
        site.gates.verify("nowhere", "sub_x", [observed(0)])


def test_a_shadow_gate_records_the_truth_and_tells_nothing(site: Site) -> None:
    gate = site.gate("identify", shadow=True, barrier=BarrierSpec("simulated"))
    subject_id = site.enrolled(0)
    told = site.gates.identify("north", [observed(0)])
    assert words(told) == ("unknown", "shadow")
    assert (told.subject_id, told.score, told.threshold, told.model_id) == (None, None, None, None)
    truth = site.recorded(told)
    assert (words(truth), truth.subject_id, truth.shadow) == (("accepted", "match"), subject_id, True)
    site.barriers.close()
    assert site.store.barriers.list(gate.id).items == ()


def test_what_breaks_is_unknown_and_recorded(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeEmbedder):
        def embed(self, image: Image, landmarks: FloatArray) -> list[Embedding]:
            raise RuntimeError("out of memory")

    site.gate()
    subject_id = site.enrolled(0)
    site.use(fake_lane(None, Broken()))
    decision = site.gates.verify("north", subject_id, [observed(0)])
    assert words(decision) == ("unknown", "internal_error")
    assert words(site.recorded(decision)) == ("unknown", "internal_error")
    assert "deciding at gate north broke off" in caplog.text


def test_nothing_is_answered_that_was_not_recorded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = site.gate(barrier=BarrierSpec("simulated"))
    subject_id = site.enrolled(0)

    def full_disk(*arguments: object) -> Decision:
        raise OSError("no space left on device")

    monkeypatch.setattr(type(site.store.decisions), "record", full_disk)
    with pytest.raises(OSError, match="no space"):
        site.gates.verify("north", subject_id, [observed(0)])
    site.barriers.close()
    assert site.store.barriers.list(gate.id).items == ()


def test_a_subject_erased_during_the_decision_is_not_let_in(site: Site) -> None:
    class ErasingEmbedder(FakeEmbedder):
        """Erases the subject once its face was embedded: the comparison is still to come."""

        def embed(self, image: Image, landmarks: FloatArray) -> list[Embedding]:
            site.store.subjects.erase(subject_id, actor="test")
            return super().embed(image, landmarks)

    site.gate()
    subject_id = site.enrolled(0)
    site.use(fake_lane(None, ErasingEmbedder()))
    assert words(site.gates.verify("north", subject_id, [observed(0)])) == ("unknown", "not_enrolled")


def test_a_decision_is_an_event_of_its_camera_and_visit(site: Site) -> None:
    site.gate("identify")
    subject_id = site.enrolled(0)
    for _ in range(2):
        decision = site.gates.identify("north", [observed(0)], camera_id="cam", visit="7", captured_at=site.clock())
    events = [stored.event for stored in site.store.events.list(passing=EventFilter(kinds=("face.decision",)))]
    assert len(events) == 1
    assert (events[0].camera_id, events[0].subject_id, events[0].decision) == ("cam", subject_id, "accepted")
    assert (events[0].purpose, decision.camera_id) == (PURPOSE, "cam")


def test_pictures_with_nobody_or_several_people_are_named(site: Site) -> None:
    with pytest.raises(NoFace):
        site.gates.observe_picture(portrait(0, faces=0))
    with pytest.raises(SeveralFaces, match="got 3"):
        site.gates.observe_picture(portrait(0, faces=3))
    assert isinstance(site.gates.observe_picture(portrait(0)), FaceObservation)


def test_gates_whose_liveness_cannot_be_served_are_listed(site: Site) -> None:
    site.gate()
    site.gate(gate_id="south", liveness="passive")
    site.gate(gate_id="west", liveness="challenge")
    assert site.gates.unready_gates() == ("south",)
    site.use(fake_lane(FakeLiveness()))
    assert site.gates.unready_gates() == ()
    assert isinstance(site.lane.detector, FakeDetector)
