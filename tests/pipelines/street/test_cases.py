"""Which act leads where; every act in every state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from pipelines.street.cases import Case, stage_after
from pipelines.street.words import Act, CaseState
from vision.errors import Conflict

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
CASE = Case("cas_1", "06036", "default", "street", "camera", "reported", NOW, NOW, "quay-3")
ALLOWED = {
    ("reported", "accept"): "accepted",
    ("accepted", "register"): "registered",
    ("registered", "dispatch"): "dispatched",
    ("dispatched", "handle"): "handled",
    ("handled", "verify"): "verified",
    ("verified", "verify"): "verified",
    ("verified", "close"): "closed",
    ("accepted", "extend"): "accepted",
    ("registered", "extend"): "registered",
    ("dispatched", "extend"): "dispatched",
    ("handled", "rework"): "dispatched",
    ("verified", "rework"): "dispatched",
    ("closed", "rework"): "dispatched",
    ("reported", "void"): "voided",
    ("accepted", "void"): "voided",
    ("registered", "void"): "voided",
    ("dispatched", "void"): "voided",
    ("handled", "void"): "voided",
    ("verified", "void"): "voided",
}


def test_every_act_in_every_state_is_allowed_or_refused_as_listed() -> None:
    pairs = [(state, act) for state in get_args(CaseState) for act in get_args(Act)]
    assert len(pairs) == 8 * 9
    for state, act in pairs:
        case = replace(CASE, state=state)
        if (state, act) in ALLOWED:
            assert case.after(act) == ALLOWED[state, act]
        else:
            with pytest.raises(Conflict, match=f"{act} wants a case that is .*, got one {state}"):
                case.after(act)


def test_a_case_waits_for_the_next_act_until_it_is_over() -> None:
    stages = [stage_after(state) for state in get_args(CaseState)]
    assert stages == ["accept", "register", "dispatch", "handle", "verify", "close", None, None]


def test_a_case_is_overdue_after_its_deadline_and_not_at_it() -> None:
    case = replace(CASE, due_at=NOW)
    assert [case.overdue_at(NOW), case.overdue_at(NOW + timedelta(microseconds=1))] == [False, True]
    assert not replace(case, due_at=None).overdue_at(NOW)
