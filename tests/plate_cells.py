"""What a plate reader's network would say, by hand."""

import numpy as np

from vision.plate_alphabet import ALPHABET, KINDS, PlateKind
from vision.plate_text import CELLS, ROW_CELLS
from vision.types import FloatArray


def class_of(character: str) -> int:
    """The class of a character, or of the blank ""."""
    return 1 + ALPHABET.index(character) if character else 0


def cells(text: str, upper: str = "") -> FloatArray:
    """(CELLS, classes) certainties: the text, a character in every second cell of the lower row; `upper` above."""
    said = np.zeros((CELLS, 1 + len(ALPHABET)), np.float32)
    said[:, 0] = 1
    for row, characters in ((0, upper), (ROW_CELLS, text)):
        for place, character in enumerate(characters):
            said[row + 2 * place, 0] = 0
            said[row + 2 * place, class_of(character)] = 1
    return said


def kinds(*words: PlateKind | None, shares: tuple[float, ...] = (1.0,)) -> FloatArray:
    """The kinds with these probabilities; None is no plate."""
    said = np.zeros(1 + len(KINDS), np.float32)
    for word, share in zip(words, shares, strict=True):
        said[0 if word is None else 1 + KINDS.index(word)] = share
    return said
