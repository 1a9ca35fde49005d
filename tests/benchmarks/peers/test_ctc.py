import numpy as np
import pytest

from benchmarks.peers.ctc import ctc_text


def logits(*best: int, classes: int = 4) -> np.ndarray:
    steps = np.zeros((len(best), classes), np.float32)
    steps[np.arange(len(best)), best] = 3
    return steps


def test_repeats_are_joined_and_blanks_dropped() -> None:
    assert ctc_text(logits(0, 1, 1, 0, 1, 2, 2, 0), "-ABC").text == "AAB"


def test_the_blank_may_be_the_last_class() -> None:
    assert ctc_text(logits(3, 0, 0, 3, 2), "ABC-", blank=3).text == "AC"


def test_the_confidence_is_that_of_the_least_certain_character() -> None:
    steps = logits(1, 0, 2)
    steps[2, 2] = 1
    # e / (e + 3) of the last step
    assert ctc_text(steps, "-ABC").confidence == pytest.approx(np.e / (np.e + 3))


def test_blanks_only_say_nothing() -> None:
    said = ctc_text(logits(0, 0), "-ABC")
    assert (said.text, said.confidence) == ("", 0.0)
