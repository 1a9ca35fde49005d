"""Random texts: of Chinese plates by a design's grammar, of others by patterns."""

from collections.abc import Sequence

import numpy as np

from vision.plate_alphabet import DIGITS, LETTERS, PROVINCES

_SERIAL_LETTERS = LETTERS.replace("I", "").replace("O", "")
# GA 36: a serial of five holds two letters at most; older ones hold fewer.
_LETTER_SHARE = 0.28

SETS = {
    "province": PROVINCES,
    "letter": _SERIAL_LETTERS,
    "digit": DIGITS,
    "energy": "DF" * 6 + "ABCEGHJK",
    "patrol": DIGITS * 2 + "BDHJSTXZ",
    "cross": "港港港澳",
}
"""Characters by the word that stands for them in a grammar; `serial` is a digit or now and then a letter."""

LATIN_PATTERNS = (
    ("AA-000-AA", 10), ("AA 000 AA", 6), ("AAA 0000", 5), ("AAA-0000", 22), ("AAA0A00", 14), ("AAA 000", 8),
    ("A AA 0000", 4), ("AA AA 000", 5), ("AA A 0000", 3), ("AAA AA 00", 3), ("A 00000A", 2), ("AA 000000", 4),
    ("AA 00000", 4), ("AA 0000", 4), ("0000 AA 00", 2), ("0000 AAA", 5), ("AA00 AAA", 5), ("AAA 00A", 2),
    ("00-AA-AA", 2), ("AA-00-AA", 2), ("0-AAA-000", 3), ("000-AAA", 5), ("000 AAA", 6), ("AAA-000", 5), ("0AAA000", 4),
    ("A00-AAA", 2), ("000 0000", 2), ("AA0 0000", 1), ("A00 0AA", 2), ("AAA A00", 2), ("AA 00 AAA", 4), ("A 000 AA", 2),
    ("00A000", 2), ("A0000A", 1), ("0A0 000", 2), ("00A 0000", 1), ("0A 00000", 1), ("AAAAAA", 1), ("AAA00", 1),
    ("000AA", 1), ("0000000", 1), ("AA0000AA", 2), ("AA-0000", 2), ("A-000-AA", 1), ("*****", 1), ("******", 2),
    ("*******", 4), ("***-****", 2), ("*** ***", 3), ("****", 1), ("** ** **", 1), ("********", 1),
    ("AA 000AA", 6), ("AA-000AA", 3), ("0A0 0000", 5), ("0AA 0000", 2), ("AA 0000AA", 2), ("0AAA000", 3),
)  # fmt: skip
"""Pattern and weight: A a letter, 0 a digit, * either; separators are drawn and not read."""


def chinese_text(rng: np.random.Generator, grammar: Sequence[str]) -> str:
    """A text of that grammar; every province as often as every other."""
    return "".join(_character(rng, word) for word in grammar)


def latin_text(rng: np.random.Generator) -> str:
    """A text with its separators, such as `AB-123-CD`."""
    weights = np.array([weight for _, weight in LATIN_PATTERNS], float)
    pattern = LATIN_PATTERNS[rng.choice(len(LATIN_PATTERNS), p=weights / weights.sum())][0]
    sets = {"A": LETTERS, "0": DIGITS, "*": DIGITS + LETTERS}
    return "".join(_one_of(rng, sets[sign]) if sign in sets else sign for sign in pattern)


def _character(rng: np.random.Generator, word: str) -> str:
    if word == "serial":
        return _one_of(rng, _SERIAL_LETTERS if rng.random() < _LETTER_SHARE else DIGITS)
    return _one_of(rng, SETS[word]) if word in SETS else word


def _one_of(rng: np.random.Generator, characters: str) -> str:
    return characters[rng.integers(len(characters))]
