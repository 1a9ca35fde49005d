"""An incident that goes on is one case, and its end closes none."""

from datetime import timedelta

import numpy as np
import pytest

from pipelines.street.cases import Case
from pipelines.street.incidents import Report
from tests.pipelines.ward import BOX, CAMERA, KIND, ZONE, Ward
from vision.errors import Conflict

REFERENCE = "quay-3/pavement/06036/1"


def seen(ward: Ward, **changes: object) -> Report:
    """What the camera tells of the incident now."""
    told = {"camera_id": CAMERA, "zone": ZONE, "box": BOX, "reference": REFERENCE}
    return Report(KIND, "camera", ward.clock(), **told | changes)


def begun(ward: Ward) -> Case:
    return ward.opened(actor=CAMERA, reference=REFERENCE)


def go_on(ward: Ward, minutes: float = 1) -> str | None:
    """The fate of an incident that goes on for so long; None: no new incident."""
    ward.wait(minutes)
    incident = ward.cases.report_on(seen(ward), actor=CAMERA)
    return None if incident is None else incident.fate


def end(ward: Ward, *, clear: bool = True) -> None:
    ward.wait(1)
    ward.cases.report_end(seen(ward), clear=clear, actor=CAMERA)


def incidents(ward: Ward) -> int:
    return len(ward.street.incidents.list().items)


def test_an_incident_that_goes_on_for_hours_is_one_incident_and_one_case_seen_last_now(ward: Ward) -> None:
    case = begun(ward)
    assert [go_on(ward, 60) for _ in range(5)] == [None] * 5
    after = ward.case(case.id)
    assert (after.count, after.last_seen_at, incidents(ward)) == (6, ward.clock(), 1)
    assert len(ward.street.cases.list().items) == 1


def test_what_goes_on_without_its_first_report_is_reported(ward: Ward) -> None:
    assert [go_on(ward), go_on(ward)] == ["opened", None]


def test_what_a_person_voided_is_not_told_again_while_it_goes_on(ward: Ward) -> None:
    case = begun(ward)
    ward.act(case.id, "void")
    assert [go_on(ward, 60) for _ in range(30)] == [None] * 30
    assert incidents(ward) == 1
    # Another one there is news.
    assert ward.report(actor=CAMERA, reference="another").fate == "opened"


def test_what_is_silenced_is_not_told_again_until_it_is_no_longer(ward: Ward) -> None:
    ward.act(begun(ward).id, "void", false_alarm=True)
    assert ward.report(actor=CAMERA, reference="second").fate == "suppressed"
    ward.wait(1)
    assert ward.cases.report_on(seen(ward, reference="second"), actor=CAMERA) is None
    [silence] = ward.street.suppressions.list().items
    ward.street.suppressions.lift(silence.id, why="mended", actor="ann")
    told = ward.cases.report_on(seen(ward, reference="second"), actor=CAMERA)
    assert told is not None
    assert told.fate == "opened"


def test_what_still_goes_on_after_the_close_reopens_its_case_after_the_cool_down(ward: Ward) -> None:
    case = begun(ward)
    ward.bring(case.id, "accept", "register", "dispatch", "handle", "verify", "close")
    # The cool-down is 30 minutes.
    assert [go_on(ward, 10), go_on(ward, 10), go_on(ward, 20)] == [None, None, "reopened"]
    assert (ward.case(case.id).state, go_on(ward)) == ("dispatched", None)


def test_the_end_is_noted_and_closes_nothing(ward: Ward) -> None:
    case = begun(ward)
    end(ward)
    assert (ward.acts(case.id), ward.case(case.id).state) == (["report", "gone"], "reported")
    last = ward.street.history.list(case.id).items[-1]
    assert (last.actor, last.why, last.before, last.after) == (CAMERA, "seen_no_more", "reported", "reported")
    with pytest.raises(Conflict):
        ward.act(case.id, "verify", witness="camera")


def test_the_end_of_what_has_no_case_is_nothing(ward: Ward) -> None:
    end(ward)
    assert ward.street.cases.list().items == ()


def _handled(ward: Ward) -> Case:
    return ward.bring(begun(ward).id, "accept", "register", "dispatch", "handle")


def test_an_end_after_the_handling_is_a_clear_view_on_which_a_verification_may_rest(ward: Ward) -> None:
    case = _handled(ward)
    end(ward)
    assert ward.acts(case.id)[-2:] == ["gone", "look"]
    verified = ward.act(case.id, "verify", witness="camera")
    assert (verified.state, verified.witness) == ("verified", "camera")


def test_what_goes_on_after_the_handling_cannot_be_verified_by_the_camera(ward: Ward) -> None:
    case = _handled(ward)
    end(ward)
    assert go_on(ward) is None
    with pytest.raises(Conflict, match="after the last sighting"):
        ward.act(case.id, "verify", witness="camera")


@pytest.mark.parametrize("why", ["something of the kind is left", "the end was before the handling"])
def test_other_ends_prove_nothing(ward: Ward, why: str) -> None:
    case = _handled(ward)
    if why.startswith("something"):
        end(ward, clear=False)
    else:
        early = ward.clock() - timedelta(minutes=3)
        ward.cases.report_end(Report(KIND, "camera", early, None, CAMERA, ZONE, BOX), clear=True, actor=CAMERA)
    with pytest.raises(Conflict, match="got none"):
        ward.act(case.id, "verify", witness="camera")


@pytest.mark.parametrize("blind", ["open fault", "sees nothing now"])
def test_while_its_camera_is_at_fault_an_end_is_no_clear_view(ward: Ward, blind: str) -> None:
    case = _handled(ward)
    if blind == "open fault":
        ward.report("01050", actor=CAMERA, zone=None)
    else:
        ward.health[CAMERA] = False
    end(ward)
    last = ward.street.history.list(case.id).items[-1]
    assert (last.act, last.why, last.details["told"]) == ("look", "camera_unhealthy", "seen_clear")
    with pytest.raises(Conflict, match="out of health"):
        ward.act(case.id, "verify", witness="camera")


def test_no_picture_is_kept_where_none_can_be_made_illegible(ward: Ward) -> None:
    incident = ward.report()
    ward.cases.illustrate(incident, np.zeros((8, 8, 3), np.uint8), actor=CAMERA)
    assert ward.street.pictures.list(incident.case_id or "") == ()
