"""Random texts follow their grammar."""

import re

import numpy as np
import pytest

from models.training.plates.designs import DESIGNS, Design
from models.training.plates.texts import SETS, chinese_text, latin_text
from vision.plate_alphabet import ALPHABET, PROVINCES
from vision.plate_text import MAX_CHARACTERS


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.kind)
def test_a_design_has_a_box_a_style_and_a_word_for_each_character(design: Design) -> None:
    text = chinese_text(np.random.default_rng(1), design.grammar)
    assert len(text) == len(design.boxes) == len(design.styles)
    assert len(text) <= MAX_CHARACTERS
    assert set(text) <= set(ALPHABET)


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.kind)
def test_characters_lie_on_the_plate_side_by_side(design: Design) -> None:
    width, height = design.size_mm
    for x, y, w, h in design.boxes:
        assert 0 <= x < x + w <= width
        assert 0 <= y < y + h <= height
    for left, right in zip(design.boxes, design.boxes[1:], strict=False):
        assert right[1] != left[1] or right[0] >= left[0] + left[2]


def test_every_province_comes_as_often_as_every_other() -> None:
    rng = np.random.default_rng(2)
    drawn = "".join(chinese_text(rng, ("province",)) for _ in range(3100))
    # 100 of each are expected; the standard deviation is 10.
    assert all(50 < drawn.count(province) < 150 for province in PROVINCES)


def test_a_blue_plate_reads_province_letter_and_serial_without_i_and_o() -> None:
    blue = next(design for design in DESIGNS if design.kind == "blue")
    rng = np.random.default_rng(3)
    for _ in range(200):
        assert re.fullmatch(f"[{PROVINCES}][A-HJ-NP-Z][0-9A-HJ-NP-Z]{{5}}", chinese_text(rng, blue.grammar))


def test_other_countries_texts_fit_the_slots_and_keep_their_separators() -> None:
    rng = np.random.default_rng(4)
    texts = [latin_text(rng) for _ in range(500)]
    assert any("-" in text for text in texts)
    for text in texts:
        read = [sign for sign in text if sign.isalnum()]
        assert 4 <= len(read) <= MAX_CHARACTERS
        assert set(text) <= set(ALPHABET) | set(" -")


def test_the_sets_hold_only_characters_that_the_reader_knows() -> None:
    assert all(set(characters) <= set(ALPHABET) for characters in SETS.values())
