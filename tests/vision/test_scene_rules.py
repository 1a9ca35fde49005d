"""Rules that need no detector: which things count, and of which nothing can be told."""

import numpy as np
import pytest

from tests.fakes import NOW
from vision.scene_rules import ThingRule
from vision.standing_things import Thing, ThingState

BOX = np.array([10, 10, 20, 20], np.float32)


def thing(area: float, state: ThingState, *, left: bool) -> Thing:
    mask = np.zeros((2, 2), np.uint8)
    return Thing(1, BOX, area, NOW, NOW if left else None, state, BOX, mask)


@pytest.mark.parametrize(
    ("area", "state", "left", "values"),
    [
        (0.01, "seen", True, [1.0]),
        (0.01, "seen", False, [0.0]),  # its owner is near
        (0.01, "hidden", True, [None]),
        (0.01, "gone", True, []),
        (0.30, "seen", True, [None]),  # grown, as where a lorry stops beside it: not gone
        (0.0001, "seen", True, [None]),
    ],
)
def test_only_what_is_gone_is_absent(area: float, state: ThingState, left: bool, values: list[float | None]) -> None:
    rule = ThingRule(rule="thing", kind="L07")
    assert [signal.value for signal in rule.signals([thing(area, state, left=left)])] == values
