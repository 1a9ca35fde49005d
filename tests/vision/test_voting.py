"""Many readings to one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_plates import plate_reading
from vision.errors import BadArray
from vision.types import PlateReading
from vision.voting import agreed, vote


def readings(*looks: tuple[str, float]) -> list[PlateReading]:
    return [plate_reading(text, confidence=confidence) for text, confidence in looks]


def test_no_readings_cannot_vote() -> None:
    with pytest.raises(BadArray, match="at least one"):
        vote([])


def test_one_reading_agrees_with_itself() -> None:
    (only,) = readings(("京A12345", 0.9))
    found = vote([only])
    assert (found.reading, found.agreeing, found.total) == (only, 1, 1)


def test_the_text_with_the_most_weight_wins_and_its_most_confident_reading_is_given() -> None:
    looks = readings(("京A12345", 0.8), ("京A12345", 0.9), ("京A12845", 0.99))
    found = vote(looks)
    # 0.8 + 0.9 = 1.7 against 0.99.
    assert (found.reading, found.agreeing, found.total) == (looks[1], 2, 3)


def test_confidence_weighs_more_than_number() -> None:
    # 3 x 0.3 = 0.9 against 0.95.
    found = vote(readings(("京A12845", 0.3), ("京A12845", 0.3), ("京A12845", 0.3), ("京A12345", 0.95)))
    assert (found.reading.text, found.agreeing) == ("京A12345", 1)


def test_slips_at_one_plate_outweigh_a_single_look_at_another() -> None:
    # 0.5 + 0.4 + 0.4 = 1.3 within one edit of 京A12345, against 0.9 for another car.
    looks = readings(("沪B7K321", 0.9), ("京A12345", 0.5), ("京A1234", 0.4), ("京A12346", 0.4))
    found = vote(looks)
    assert (found.reading.text, found.agreeing, found.total) == ("京A12345", 1, 4)


def test_agreeing_counts_only_texts_that_are_exactly_the_same() -> None:
    assert vote(readings(("京A12345", 0.9), ("京A1234S", 0.8))).agreeing == 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("AB12", min_size=1, max_size=4), st.floats(0.1, 1)), min_size=1, max_size=8))
def test_the_winner_was_read_and_is_counted_right(looks: list[tuple[str, float]]) -> None:
    found = vote(readings(*looks))
    texts = [text for text, _ in looks]
    assert found.agreeing == texts.count(found.reading.text) > 0
    assert found.total == len(looks)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["京A12345", "沪B7K321", "粤ZR066港"]), min_size=1, max_size=9))
def test_with_equal_confidence_of_different_plates_the_majority_wins(texts: list[str]) -> None:
    found = vote(readings(*((text, 0.9) for text in texts)))
    assert found.agreeing == max(texts.count(text) for text in texts)


def test_looks_that_agree_are_as_sure_as_their_mean() -> None:
    found = agreed(readings(("京A12345", 0.9), ("京A12345", 0.7)))
    assert found is not None
    # (0.9 + 0.7) / 2 looks.
    assert (found.text, found.confidence) == ("京A12345", pytest.approx(0.8))


def test_a_look_that_says_another_text_or_nothing_takes_its_share_of_the_confidence() -> None:
    found = agreed([*readings(("京A12345", 0.8), ("京A12345", 0.9), ("京A12346", 0.6)), None])
    assert found is not None
    # (0.8 + 0.9) / 4 looks.
    assert (found.text, found.confidence) == ("京A12345", pytest.approx(0.425))


def test_what_most_looks_do_not_see_is_no_reading() -> None:
    assert agreed([*readings(("京A12345", 0.99)), None, None]) is None
    assert agreed([None]) is None
    assert agreed([]) is None
