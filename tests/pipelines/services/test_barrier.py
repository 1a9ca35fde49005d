"""The order's words, the acknowledgement, and the simulated barrier."""

import json
from datetime import timedelta

import pytest

from pipelines.services.barrier import OpenCommand, SimulatedBarrier, read_acknowledgement
from tests.fakes import NOW, FakeClock

ORDER = OpenCommand("dec_1", "north", NOW + timedelta(seconds=5))


def test_an_order_names_decision_gate_and_expiry() -> None:
    assert json.loads(ORDER.to_json()) == {
        "decision_id": "dec_1",
        "gate": "north",
        "expires_at": "2026-11-21T08:00:05+00:00",
        "manual": False,
    }


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b'{"decision_id": "dec_1"}', "opened"),
        (b'{"decision_id": "dec_1", "opened": true}', "opened"),
        (b'{"decision_id": "dec_1", "opened": false}', "refused"),
        (b'{"decision_id": "dec_1", "opened": "yes"}', "refused"),
        (b'{"decision_id": "dec_2"}', None),
        (b"{}", None),
        (b"[]", None),
        (b'"dec_1"', None),
        (b"", None),
        (b"\xff\xfe{", None),
        (b"ok", None),
    ],
)
def test_only_json_with_the_same_decision_acknowledges(body: bytes, wanted: str | None) -> None:
    assert read_acknowledgement(body, "dec_1") == wanted


def test_the_simulated_barrier_opens_and_closes_by_itself() -> None:
    clock = FakeClock()
    barrier = SimulatedBarrier(clock, stays_open_s=3)
    assert not barrier.is_open
    assert barrier.open(ORDER, 1.0) == "opened"
    assert barrier.is_open
    clock.advance(3)
    assert not barrier.is_open
    assert barrier.commands == (ORDER,)


def test_the_simulated_barrier_refuses_what_comes_too_late() -> None:
    clock = FakeClock()
    barrier = SimulatedBarrier(clock)
    clock.advance(5)
    assert barrier.open(ORDER, 1.0) == "refused"
    assert not barrier.is_open
    assert barrier.commands == (ORDER,)


def test_a_closed_down_barrier_is_shut() -> None:
    barrier = SimulatedBarrier(FakeClock())
    barrier.open(ORDER, 1.0)
    barrier.close()
    assert not barrier.is_open
