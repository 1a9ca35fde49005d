"""Liveness policies at a gate: passive by a network, challenge by turning the head."""

import pytest

from pipelines.records.gate_values import Decision
from pipelines.services.challenges import Challenge, Challenges
from tests.fakes import FakeClock, FakeLiveness, blurred, fake_lane, observed
from tests.pipelines.site import Site
from vision.types import FaceObservation

SIDE = {"turn_left": 0.4, "turn_right": -0.4}


def words(decision: Decision) -> tuple[str, str]:
    return decision.decision, decision.reason


def answer(challenge: Challenge, person: int = 0) -> list[FaceObservation]:
    """Frontal before every turn that was asked."""
    yaws = [yaw for action in challenge.actions for yaw in (0.0, SIDE[action])]
    return [observed(person, yaw=yaw, take=take) for take, yaw in enumerate(yaws)]


@pytest.fixture
def subject_id(site: Site) -> str:
    """Person 0, enrolled; gate `north` asks to turn the head, `south` for a network."""
    site.gate(liveness="challenge")
    site.gate(gate_id="south", liveness="passive")
    return site.enrolled(0)


def test_passive_without_a_network_is_unknown(site: Site, subject_id: str) -> None:
    assert words(site.gates.verify("south", subject_id, [observed(0)])) == ("unknown", "no_liveness_model")


@pytest.mark.parametrize(("score", "wanted"), [(0.5, ("accepted", "match")), (0.49, ("unknown", "liveness_failed"))])
def test_passive_asks_the_network(site: Site, subject_id: str, score: float, wanted: tuple[str, str]) -> None:
    site.use(fake_lane(FakeLiveness(score)))
    assert words(site.gates.verify("south", subject_id, [observed(0)])) == wanted


def test_the_right_turns_of_the_right_person_are_accepted(site: Site, subject_id: str) -> None:
    challenge = site.challenges.issue("north")
    decision = site.gates.verify("north", subject_id, answer(challenge), challenge_id=challenge.id)
    assert words(decision) == ("accepted", "match")


def test_the_right_turns_of_somebody_else_are_rejected(site: Site, subject_id: str) -> None:
    challenge = site.challenges.issue("north")
    decision = site.gates.verify("north", subject_id, answer(challenge, person=1), challenge_id=challenge.id)
    assert words(decision) == ("rejected", "below_threshold")


def test_a_portrait_held_still_has_not_turned(site: Site, subject_id: str) -> None:
    challenge = site.challenges.issue("north")
    decision = site.gates.verify("north", subject_id, [observed(0)] * 4, challenge_id=challenge.id)
    assert words(decision) == ("unknown", "challenge_failed:not_turned")


def test_turning_the_other_way_fails(site: Site, subject_id: str) -> None:
    challenge = site.challenges.issue("north")
    wrong = [observed(0), observed(0, yaw=-SIDE[challenge.actions[0]])]
    decision = site.gates.verify("north", subject_id, wrong, challenge_id=challenge.id)
    assert words(decision) == ("unknown", "challenge_failed:turned_otherwise")


def test_a_portrait_before_and_a_stranger_turning_is_another_person(site: Site, subject_id: str) -> None:
    challenge = site.challenges.issue("north")
    frames = [
        frame if index == 0 else observed(1, yaw=_yaw) for index, (frame, _yaw) in enumerate(_with_yaws(challenge))
    ]
    decision = site.gates.verify("north", subject_id, frames, challenge_id=challenge.id)
    assert words(decision) == ("unknown", "challenge_failed:another_person")


def _with_yaws(challenge: Challenge) -> list[tuple[FaceObservation, float]]:
    yaws = [yaw for action in challenge.actions for yaw in (0.0, SIDE[action])]
    return list(zip(answer(challenge), yaws, strict=True))


def test_a_challenge_is_good_for_one_answer(site: Site, subject_id: str) -> None:
    challenge = site.challenges.issue("north")
    for wanted in (("accepted", "match"), ("unknown", "challenge_expired")):
        decision = site.gates.verify("north", subject_id, answer(challenge), challenge_id=challenge.id)
        assert words(decision) == wanted


def test_a_failed_answer_uses_the_challenge_up(site: Site, subject_id: str) -> None:
    challenge = site.challenges.issue("north")
    site.gates.verify("north", subject_id, [observed(0)], challenge_id=challenge.id)
    decision = site.gates.verify("north", subject_id, answer(challenge), challenge_id=challenge.id)
    assert words(decision) == ("unknown", "challenge_expired")


def test_no_challenge_a_late_answer_and_another_gates_challenge_are_unknown(site: Site, subject_id: str) -> None:
    missing = site.gates.verify("north", subject_id, [observed(0)])
    assert words(missing) == ("unknown", "challenge_missing")
    elsewhere = site.challenges.issue("south")
    foreign = site.gates.verify("north", subject_id, answer(elsewhere), challenge_id=elsewhere.id)
    assert words(foreign) == ("unknown", "challenge_expired")
    late = site.challenges.issue("north")
    site.clock.advance(30)
    decision = site.gates.verify("north", subject_id, answer(late), challenge_id=late.id)
    assert words(decision) == ("unknown", "challenge_expired")


def test_an_answer_nobody_can_see_does_not_use_the_challenge_up(site: Site, subject_id: str) -> None:
    challenge = site.challenges.issue("north")
    blurry = site.gates.verify("north", subject_id, [blurred(observed(0))], challenge_id=challenge.id)
    assert blurry.reason.startswith("poor_quality:")
    again = site.gates.verify("north", subject_id, answer(challenge), challenge_id=challenge.id)
    assert words(again) == ("accepted", "match")


def test_challenges_differ_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    challenges = Challenges(FakeClock())
    issued = [challenges.issue("north") for _ in range(64)]
    assert len({challenge.id for challenge in issued}) == 64
    assert {challenge.actions for challenge in issued} == {
        (one, other) for one in ("turn_left", "turn_right") for other in ("turn_left", "turn_right")
    }
    monkeypatch.setattr("pipelines.services.challenges.MOST_OPEN", 64)
    challenges.issue("north")
    assert challenges.take(issued[0].id, "north") is None
    assert challenges.take(issued[1].id, "north") == issued[1]
