"""Logits to readings, by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.errors import BadArray
from vision.plate_alphabet import ALPHABET, KINDS, PlateKind
from vision.plate_text import (
    CONFUSIONS,
    SLOTS,
    confusable_variants,
    decode_reading,
    within_one_confusion,
)
from vision.types import FloatArray

CLASSES = 1 + len(ALPHABET)
SURE = 20.0
"""Beside zeros it is certainty: e^-20 x 77 is less than 2e-7."""


def slots(text: str, **others: dict[str, float]) -> FloatArray:
    """Logits that say the text; `s3={"8": 0.4, "B": 0.6}` gives slot 3 these probabilities ("" is empty)."""
    logits = np.zeros((SLOTS, CLASSES), np.float32)
    for slot in range(SLOTS):
        logits[slot, _class(text[slot : slot + 1])] = SURE
    for name, shares in others.items():
        slot = int(name[1:])
        logits[slot] = -SURE
        for character, share in shares.items():
            logits[slot, _class(character)] = math.log(share)
    return logits


def kinds(*words: PlateKind | None, shares: tuple[float, ...] = (1.0,)) -> FloatArray:
    """Logits of the kinds with these probabilities; None is no plate."""
    logits = np.full(1 + len(KINDS), -SURE, np.float32)
    for word, share in zip(words, shares, strict=True):
        logits[0 if word is None else 1 + KINDS.index(word)] = math.log(share)
    return logits


def _class(character: str) -> int:
    return 1 + ALPHABET.index(character) if character else 0


def test_a_plate_that_is_clear_is_read_with_certainty() -> None:
    reading = decode_reading(slots("浙B2V9L7"), kinds("blue"))
    assert reading is not None
    assert (reading.text, reading.kind, reading.region, reading.plausible) == ("浙B2V9L7", "blue", "浙", True)
    assert len(reading.char_confidence) == 7
    assert reading.confidence == pytest.approx(1.0, abs=1e-5)
    assert reading.kind_confidence == pytest.approx(1.0, abs=1e-5)
    assert [(one.text, one.plausible) for one in reading.candidates] == [("浙B2V9L7", True)]


def test_all_slots_may_be_full() -> None:
    reading = decode_reading(slots("ABCDE12345"), kinds("latin"))
    assert reading is not None
    assert (reading.text, reading.plausible) == ("ABCDE12345", False)


def test_where_there_is_no_plate_nothing_is_read() -> None:
    assert decode_reading(slots("浙B2V9L7"), kinds(None)) is None
    assert decode_reading(slots("浙B2V9L7"), kinds(None, "blue", shares=(0.51, 0.49))) is None


def test_no_characters_are_no_reading() -> None:
    assert decode_reading(slots(""), kinds("blue")) is None


def test_the_confidence_is_that_of_the_least_certain_character() -> None:
    reading = decode_reading(slots("京A12345", s2={"1": 0.7, "7": 0.3}, s4={"3": 0.95, "8": 0.05}), kinds("blue"))
    assert reading is not None
    assert reading.char_confidence == pytest.approx((1, 1, 0.7, 1, 0.95, 1, 1), abs=1e-5)
    assert reading.confidence == pytest.approx(0.7, abs=1e-5)


def test_the_text_ends_at_the_first_empty_slot_and_a_gap_makes_that_uncertain() -> None:
    # Slot 3 is empty though slots 4 and 5 are not: "京A1", and then something that is not nothing.
    reading = decode_reading(slots("京A1", s4={"3": 0.9, "": 0.1}, s5={"4": 0.8, "": 0.2}), kinds("blue"))
    assert reading is not None
    assert (reading.text, reading.plausible) == ("京A1", False)
    assert reading.char_confidence == pytest.approx((1, 1, 0.1), abs=1e-5)


def test_a_last_character_that_may_be_followed_by_another_is_no_surer_than_the_end() -> None:
    reading = decode_reading(slots("京A12345", s7={"6": 0.4, "": 0.6}), kinds("blue"))
    assert reading is not None
    assert reading.text == "京A12345"
    assert reading.char_confidence[-1] == pytest.approx(0.6, abs=1e-5)


def test_a_text_that_fits_no_format_is_flagged_and_not_mended() -> None:
    # O is in no serial; 0 would fit and is nearly as probable.
    reading = decode_reading(slots("京A123O5", s5={"O": 0.52, "0": 0.48}), kinds("blue"))
    assert reading is not None
    assert (reading.text, reading.plausible) == ("京A123O5", False)
    assert [(one.text, one.plausible) for one in reading.candidates] == [("京A123O5", False), ("京A12305", True)]
    assert reading.candidates[0].confidence == pytest.approx(0.52, abs=1e-5)
    assert reading.candidates[1].confidence == pytest.approx(0.48, abs=1e-5)


def test_candidates_that_fit_come_before_more_probable_ones_that_do_not() -> None:
    reading = decode_reading(
        slots("京A12345", s3={"2": 0.6, "I": 0.3, "Z": 0.1}, s6={"5": 0.8, "S": 0.2}), kinds("blue")
    )
    assert reading is not None
    # 0.6 x 0.8; then those that fit: 0.6 x 0.2, 0.1 x 0.8, 0.1 x 0.2; with I (0.24, 0.06) nothing fits.
    assert [one.text for one in reading.candidates] == ["京A12345", "京A1234S", "京A1Z345", "京A1Z34S"]
    assert [one.confidence for one in reading.candidates] == pytest.approx([0.48, 0.12, 0.08, 0.02], abs=1e-5)


def test_a_reader_that_knows_nothing_gives_four_candidates_at_most() -> None:
    reading = decode_reading(np.zeros((SLOTS, CLASSES), np.float32) + _first_character(), kinds("latin"))
    assert reading is not None
    assert len(reading.candidates) == 4
    assert reading.confidence < 0.1


def _first_character() -> FloatArray:
    bias = np.zeros(CLASSES, np.float32)
    bias[1] = 0.1
    return bias


def test_near_equal_kinds_are_told_apart_by_the_format() -> None:
    # A yellow-green plate in a bad light: eight characters, the last a letter.
    reading = decode_reading(slots("粤B12345D"), kinds("green", "green_large", shares=(0.55, 0.45)))
    assert reading is not None
    assert (reading.kind, reading.plausible) == ("green_large", True)
    assert reading.kind_confidence == pytest.approx(0.45, abs=1e-5)


def test_a_kind_that_is_much_less_probable_does_not_win_by_its_format() -> None:
    reading = decode_reading(slots("粤B12345D"), kinds("green", "green_large", shares=(0.8, 0.2)))
    assert reading is not None
    assert (reading.kind, reading.plausible) == ("green", False)


def test_of_kinds_that_fit_alike_the_more_probable_one_is_taken() -> None:
    reading = decode_reading(slots("皖K66666"), kinds("yellow", "blue", shares=(0.51, 0.49)))
    assert reading is not None
    assert reading.kind == "yellow"


@pytest.mark.parametrize(
    ("characters", "kind"),
    [
        (np.zeros((SLOTS, CLASSES - 1), np.float32), kinds("blue")),
        (np.zeros((SLOTS + 1, CLASSES), np.float32), kinds("blue")),
        (slots("京A12345"), np.zeros(3, np.float32)),
        (np.full((SLOTS, CLASSES), np.nan, np.float32), kinds("blue")),
        (slots("京A12345"), np.full(1 + len(KINDS), np.inf, np.float32)),
    ],
)
def test_other_shapes_and_logits_that_are_no_numbers_are_refused(characters: FloatArray, kind: FloatArray) -> None:
    with pytest.raises(BadArray, match="wanted finite logits"):
        decode_reading(characters, kind)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10))
def test_whatever_a_network_says_the_reading_is_what_its_slots_say(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    characters = rng.normal(0, spread, (SLOTS, CLASSES)).astype(np.float32)
    reading = decode_reading(characters, rng.normal(0, spread, 1 + len(KINDS)).astype(np.float32))
    if reading is None:
        return
    best = characters.argmax(axis=1)[: len(reading.text)]
    assert [1 + ALPHABET.index(one) for one in reading.text] == best.tolist()
    assert all(0 <= one <= 1 for one in reading.char_confidence)
    assert reading.candidates[0].text == reading.text
    assert len({one.text for one in reading.candidates}) == len(reading.candidates) <= 4
    assert {len(one.text) for one in reading.candidates} == {len(reading.text)}


def test_variants_change_one_character_by_its_look_alikes() -> None:
    assert confusable_variants("8A") == {"BA", "84"}
    assert confusable_variants("京") == set()
    assert confusable_variants("") == set()
    assert confusable_variants("0") == {"O", "D", "Q"}


def test_one_look_alike_is_near_two_are_not() -> None:
    assert within_one_confusion("京A12345", "京A12345")
    assert within_one_confusion("京A12845", "京A12B45")
    assert not within_one_confusion("京A12845", "京A1ZB45")
    assert not within_one_confusion("京A12345", "京A12346")
    assert not within_one_confusion("京A12345", "京A1234")


@settings(deadline=None)
@given(st.text(ALPHABET, max_size=10), st.text(ALPHABET, max_size=10))
def test_nearness_is_the_same_from_both_sides(a: str, b: str) -> None:
    assert within_one_confusion(a, b) == within_one_confusion(b, a)
    assert all(a in confusable_variants(variant) for variant in confusable_variants(a))


def test_every_confusion_is_of_characters_that_plates_have_and_stands_once() -> None:
    characters = "".join(CONFUSIONS)
    assert set(characters) <= set(ALPHABET)
    assert len(set(characters)) == len(characters)
