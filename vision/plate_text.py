"""A reader's probabilities to a reading, and which texts are easily taken for each other.

Formats flag and rank; what was read is never changed into what would fit.
"""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.errors import BadArray
from vision.plate_alphabet import ALPHABET, KINDS, PlateKind
from vision.plate_formats import fit, region_of
from vision.types import FloatArray, PlateCandidate, PlateReading

MAX_CHARACTERS = 10
"""No plate has more."""

ROW_CELLS, CELLS = 36, 72
"""Where a reader looks: two rows from left to right; the upper line of a double-line plate is in the first."""

CONFUSIONS = ("0ODQ", "8B", "1IL", "2Z", "5S", "6G", "7T", "4A", "UV", "津浙沪渝湘", "苏藏")
"""Characters of one group are taken for each other when a plate is dirty, dark or far away."""

NEAR_KIND = 0.5
"""Kinds at least so many times as probable as the best one are told apart by which formats fit."""
WEAK_CHARACTER = 0.9
"""Characters less certain than this have alternatives among the candidates."""
_WEAK_CHARACTERS = 3
_ALTERNATIVES = 2
_CANDIDATES = 4
# What is blanker than that needs no second look.
_CLEARLY_BLANK = 0.99
# One, and what rounding adds to it.
_CERTAIN = 1.0001
# An alternative text so much less probable than the reading is nobody's help.
_LEAST_CANDIDATE = 0.01

_LOOK_ALIKES = {character: group.replace(character, "") for group in CONFUSIONS for character in group}


def decode_reading(characters: FloatArray, kind: FloatArray) -> PlateReading | None:
    """What the plate says; None where the network sees no whole plate.

    Each cell's best class counts, repeats once, blanks never (best-path decoding of CTC). That no character stands in
    between is a statement too: a character is no more confident than the blanks on both its sides, so that a reading
    with a gap or a doubtful addition never looks certain.

    Args:
        characters: (CELLS, 1 + len(ALPHABET)) probabilities, class 0 for a blank.
        kind: (1 + len(KINDS),) probabilities, class 0 for no plate or a part of one.

    Raises:
        BadArray: other shapes, or numbers that are no probabilities.

    Source: Graves et al., "Connectionist temporal classification", ICML 2006.
    """
    _check("characters", characters, (CELLS, 1 + len(ALPHABET)))
    _check("kind", kind, (1 + len(KINDS),))
    places, confidence = _characters(characters)
    if not 0 < len(places) <= MAX_CHARACTERS or kind.argmax() == 0:
        return None
    peaks = characters[places]
    text = _text(peaks.argmax(axis=1))
    word, kind_confidence = _kind(kind, text)
    candidates = _candidates(peaks, text, word)
    return PlateReading(
        text=text,
        char_confidence=tuple(confidence),
        kind=word,
        kind_confidence=kind_confidence,
        region=region_of(text, word),
        plausible=candidates[0].plausible,
        candidates=candidates,
    )


def collapsed(best: NDArray[np.intp]) -> list[int]:
    """(CELLS,) the best class of each cell -> the classes that are read: repeats are one, blanks are none."""
    return [one for one, _ in itertools.groupby(best.tolist()) if one]


def confusable_variants(text: str) -> set[str]:
    """The texts that differ from this one in one character, by one of its look-alikes."""
    return {
        text[:place] + other + text[place + 1 :]
        for place, character in enumerate(text)
        for other in _LOOK_ALIKES.get(character, "")
    }


def within_one_confusion(a: str, b: str) -> bool:
    """Whether both texts are the same, or differ in one character that is easily taken for the other."""
    return a == b or b in confusable_variants(a)


def _check(name: str, probabilities: FloatArray, shape: tuple[int, ...]) -> None:
    # The largest of a row is no number where any of it is none: that takes a tenth of a look at every number.
    if probabilities.shape != shape or not (probabilities.max(axis=-1) <= _CERTAIN).all():
        raise BadArray(f"{name}: wanted probabilities {shape}, got {probabilities.shape} or numbers that are none")


class _Run(NamedTuple):
    """Neighbouring cells of one best class; `surest` is the one that is most certain of it."""

    one: int
    cells: range
    surest: int


def _runs(best: list[int], certainty: list[float]) -> list[_Run]:
    found, start = [], 0
    for one, group in itertools.groupby(best):
        cells = range(start, start + len(list(group)))
        found.append(_Run(one, cells, max(cells, key=certainty.__getitem__)))
        start = cells.stop
    return found


def _characters(cells: FloatArray) -> tuple[list[int], list[float]]:
    """Where each character that is read is seen best, and how certain it is."""
    certainty = cells.max(axis=1).tolist()
    runs = _runs(cells.argmax(axis=1).tolist(), certainty)
    ends = [None, *runs, None]
    blanks = [
        1.0 if run.one else _blankness(cells, certainty, run, *ends[place : place + 3 : 2])
        for place, run in enumerate(runs)
    ]
    around = [1.0, *blanks, 1.0]
    found = [
        (run.surest, min(certainty[run.surest], around[i], around[i + 2])) for i, run in enumerate(runs) if run.one
    ]
    return [place for place, _ in found], [confidence for _, confidence in found]


def _blankness(cells: FloatArray, certainty: list[float], run: _Run, left: _Run | None, right: _Run | None) -> float:
    """How certain it is that these blanks are no character other than an edge of the one before or behind them."""
    edges = {neighbour.one for neighbour in (left, right) if neighbour}
    blank = 1.0
    for cell in run.cells:
        sure = certainty[cell]
        if sure < _CLEARLY_BLANK:
            sure += sum(float(cells[cell, one]) for one in edges)
        blank = min(blank, sure)
    # Between two of the same, the blank is all that says that there are two.
    return min(blank, certainty[run.surest]) if left and right and left.one == right.one else blank


def _text(classes: NDArray[np.intp]) -> str:
    return "".join(ALPHABET[one - 1] for one in classes.tolist())


def _kind(kinds: FloatArray, text: str) -> tuple[PlateKind, float]:
    """The kind and its probability: of those about as probable as the best one, the first that the text fits."""
    near = (1 + np.flatnonzero(kinds[1:] >= NEAR_KIND * kinds[1:].max())).tolist()
    # Among equal fits the most probable wins.
    chosen = max(near, key=lambda one: (len(near) > 1 and fit(text, KINDS[one - 1]), kinds[one]))
    return KINDS[chosen - 1], float(kinds[chosen])


def _candidates(peaks: FloatArray, text: str, kind: PlateKind) -> tuple[PlateCandidate, ...]:
    """The most probable text, then others: by how well they fit the kind, then by probability."""
    certainty = peaks.max(axis=1)
    first = PlateCandidate(text, float(certainty.prod()), fit(text, kind) > 0)
    weakest = np.argsort(certainty, kind="stable")[:_WEAK_CHARACTERS].tolist()
    weak = {place: _likeliest(peaks[place]) for place in weakest if certainty[place] < WEAK_CHARACTER}
    if not weak:
        return (first,)
    choices = [weak.get(place, [character]) for place, character in enumerate(text)]
    probabilities = [
        dict(zip(choice, _shares(peaks[place], choice), strict=True)) for place, choice in enumerate(choices)
    ]
    others = []
    for characters in itertools.product(*choices):
        probability = math.prod(shares[one] for shares, one in zip(probabilities, characters, strict=True))
        if probability >= _LEAST_CANDIDATE * first.confidence:
            others.append(("".join(characters), probability))
    rest = [(fit(one, kind), probability, one) for one, probability in others if one != text]
    rest.sort(key=lambda one: (-one[0], -one[1]))
    return first, *(PlateCandidate(one, p, fits > 0) for fits, p, one in rest[: _CANDIDATES - 1])


def _likeliest(shares: FloatArray) -> list[str]:
    """The best character of a cell and its alternatives."""
    order = np.argsort(-shares[1:], kind="stable")[: 1 + _ALTERNATIVES].tolist()
    return [ALPHABET[one] for one in order]


def _shares(shares: FloatArray, characters: Sequence[str]) -> list[float]:
    return [float(shares[1 + ALPHABET.index(character)]) for character in characters]
