"""Probabilities to readings, by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests import plate_cells
from tests.plate_cells import class_of, kinds
from vision.errors import BadArray
from vision.plate_alphabet import ALPHABET, KINDS
from vision.plate_text import (
    CELLS,
    CONFUSIONS,
    MAX_CHARACTERS,
    ROW_CELLS,
    collapsed,
    confusable_variants,
    decode_reading,
    within_one_confusion,
)
from vision.types import FloatArray

CLASSES = 1 + len(ALPHABET)


def cells(text: str, upper: str = "", **others: dict[str, float]) -> FloatArray:
    """As `plate_cells.cells`; `c3={"8": 0.4, "B": 0.6}` gives cell 3 of the lower row these probabilities."""
    said = plate_cells.cells(text, upper)
    for name, shares in others.items():
        _share(said[ROW_CELLS + int(name[1:])], shares)
    return said


def _share(cell: FloatArray, shares: dict[str, float]) -> None:
    cell[:] = 0
    for character, share in shares.items():
        cell[class_of(character)] = share


def test_a_plate_that_is_clear_is_read_with_certainty() -> None:
    reading = decode_reading(cells("浙B2V9L7"), kinds("blue"))
    assert reading is not None
    assert (reading.text, reading.kind, reading.region, reading.plausible) == ("浙B2V9L7", "blue", "浙", True)
    assert len(reading.char_confidence) == 7
    assert reading.confidence == pytest.approx(1.0, abs=1e-5)
    assert reading.kind_confidence == pytest.approx(1.0, abs=1e-5)
    assert [(one.text, one.plausible) for one in reading.candidates] == [("浙B2V9L7", True)]


def test_ten_characters_are_read_and_eleven_are_no_plate() -> None:
    reading = decode_reading(cells("ABCDE12345"), kinds("latin"))
    assert reading is not None
    assert (reading.text, reading.plausible) == ("ABCDE12345", False)
    assert MAX_CHARACTERS == 10
    assert decode_reading(cells("ABCDE123456"), kinds("latin")) is None


def test_the_upper_row_is_read_before_the_lower_one() -> None:
    reading = decode_reading(cells("12345", upper="京A"), kinds("yellow_double"))
    assert reading is not None
    assert (reading.text, reading.plausible) == ("京A12345", True)


def test_a_character_over_several_cells_is_one_and_over_a_blank_two() -> None:
    reading = decode_reading(cells("京A11345", c5={"1": 1.0}, c7={"1": 1.0}), kinds("blue"))
    assert reading is not None
    assert reading.text == "京A1345"
    assert collapsed(np.array([0, 3, 3, 0, 3, 4, 4, 0])) == [3, 3, 4]


def test_where_there_is_no_plate_nothing_is_read() -> None:
    assert decode_reading(cells("浙B2V9L7"), kinds(None)) is None
    assert decode_reading(cells("浙B2V9L7"), kinds(None, "blue", shares=(0.51, 0.49))) is None


def test_no_characters_are_no_reading() -> None:
    assert decode_reading(cells(""), kinds("blue")) is None


def test_the_confidence_is_that_of_the_least_certain_character() -> None:
    reading = decode_reading(cells("京A12345", c4={"1": 0.7, "7": 0.3}, c8={"3": 0.95, "8": 0.05}), kinds("blue"))
    assert reading is not None
    assert reading.char_confidence == pytest.approx((1, 1, 0.7, 1, 0.95, 1, 1), abs=1e-5)
    assert reading.confidence == pytest.approx(0.7, abs=1e-5)


def test_a_blank_that_may_be_a_character_makes_both_its_neighbours_uncertain() -> None:
    reading = decode_reading(cells("京A12345", c7={"": 0.6, "8": 0.4}), kinds("blue"))
    assert reading is not None
    assert reading.text == "京A12345"
    assert reading.char_confidence == pytest.approx((1, 1, 1, 0.6, 0.6, 1, 1), abs=1e-5)


def test_a_text_that_may_go_on_or_begin_before_is_uncertain_there() -> None:
    reading = decode_reading(cells("京A12345", c20={"6": 0.4, "": 0.6}), kinds("blue"))
    assert reading is not None
    assert reading.char_confidence == pytest.approx((1, 1, 1, 1, 1, 1, 0.6), abs=1e-5)
    before = cells("京A12345")
    _share(before[4], {"W": 0.3, "": 0.7})
    reading = decode_reading(before, kinds("blue"))
    assert reading is not None
    assert reading.char_confidence == pytest.approx((0.7, 1, 1, 1, 1, 1, 1), abs=1e-5)


def test_the_edge_of_a_character_takes_nothing_from_it() -> None:
    reading = decode_reading(cells("京A12345", c7={"": 0.55, "2": 0.25, "3": 0.2}), kinds("blue"))
    assert reading is not None
    assert reading.confidence == pytest.approx(1.0, abs=1e-5)


def test_of_two_equal_characters_neither_is_surer_than_the_blank_between() -> None:
    reading = decode_reading(cells("京A11345", c5={"": 0.6, "1": 0.4}), kinds("blue"))
    assert reading is not None
    assert reading.text == "京A11345"
    assert reading.char_confidence == pytest.approx((1, 1, 0.6, 0.6, 1, 1, 1), abs=1e-5)


def test_a_text_that_fits_no_format_is_flagged_and_not_mended() -> None:
    # O is in no serial; 0 would fit and is nearly as probable.
    reading = decode_reading(cells("京A123O5", c10={"O": 0.52, "0": 0.48}), kinds("blue"))
    assert reading is not None
    assert (reading.text, reading.plausible) == ("京A123O5", False)
    assert [(one.text, one.plausible) for one in reading.candidates] == [("京A123O5", False), ("京A12305", True)]
    assert reading.candidates[0].confidence == pytest.approx(0.52, abs=1e-5)
    assert reading.candidates[1].confidence == pytest.approx(0.48, abs=1e-5)


def test_candidates_that_fit_come_before_more_probable_ones_that_do_not() -> None:
    reading = decode_reading(
        cells("京A12345", c6={"2": 0.6, "I": 0.3, "Z": 0.1}, c12={"5": 0.8, "S": 0.2}), kinds("blue")
    )
    assert reading is not None
    # 0.6 x 0.8; then those that fit: 0.6 x 0.2, 0.1 x 0.8, 0.1 x 0.2; with I (0.24, 0.06) nothing fits.
    assert [one.text for one in reading.candidates] == ["京A12345", "京A1234S", "京A1Z345", "京A1Z34S"]
    assert [one.confidence for one in reading.candidates] == pytest.approx([0.48, 0.12, 0.08, 0.02], abs=1e-5)


def test_a_reader_that_knows_nothing_gives_four_candidates_at_most() -> None:
    reading = decode_reading(cells("", c4=_ANY, c8=_ANY, c12=_ANY), kinds("latin"))
    assert reading is not None
    assert len(reading.candidates) == 4
    assert reading.confidence < 0.1


_ANY = {"0": 0.011} | {character: 0.989 / len(ALPHABET) for character in ALPHABET[1:]}


def test_near_equal_kinds_are_told_apart_by_the_format() -> None:
    # A yellow-green plate in a bad light: eight characters, the last a letter.
    reading = decode_reading(cells("粤B12345D"), kinds("green", "green_large", shares=(0.55, 0.45)))
    assert reading is not None
    assert (reading.kind, reading.plausible) == ("green_large", True)
    assert reading.kind_confidence == pytest.approx(0.45, abs=1e-5)


def test_a_kind_that_is_much_less_probable_does_not_win_by_its_format() -> None:
    reading = decode_reading(cells("粤B12345D"), kinds("green", "green_large", shares=(0.8, 0.2)))
    assert reading is not None
    assert (reading.kind, reading.plausible) == ("green", False)


def test_of_kinds_that_fit_alike_the_more_probable_one_is_taken() -> None:
    reading = decode_reading(cells("皖K66666"), kinds("yellow", "blue", shares=(0.51, 0.49)))
    assert reading is not None
    assert reading.kind == "yellow"


@pytest.mark.parametrize(
    ("characters", "kind"),
    [
        (np.zeros((CELLS, CLASSES - 1), np.float32), kinds("blue")),
        (np.zeros((CELLS + 1, CLASSES), np.float32), kinds("blue")),
        (cells("京A12345"), np.zeros(3, np.float32)),
        (np.full((CELLS, CLASSES), np.nan, np.float32), kinds("blue")),
        (cells("京A12345"), np.full(1 + len(KINDS), np.inf, np.float32)),
    ],
)
def test_other_shapes_and_numbers_that_are_no_probabilities_are_refused(
    characters: FloatArray, kind: FloatArray
) -> None:
    with pytest.raises(BadArray, match="wanted probabilities"):
        decode_reading(characters, kind)


def _softmax(logits: NDArray[np.float64]) -> FloatArray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)


def _mostly_blank(rng: np.random.Generator) -> NDArray[np.float64]:
    blank = np.zeros((CELLS, CLASSES))
    blank[rng.random(CELLS) < 0.9, 0] = 1
    return blank


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10))
def test_whatever_a_network_says_the_reading_is_what_its_cells_say(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    characters = _softmax(rng.normal(0, spread, (CELLS, CLASSES)) + 9 * _mostly_blank(rng))
    reading = decode_reading(characters, _softmax(rng.normal(0, spread, 1 + len(KINDS))))
    if reading is None:
        return
    assert [1 + ALPHABET.index(one) for one in reading.text] == collapsed(characters.argmax(axis=1))
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
