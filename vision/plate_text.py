"""A reader's logits to a reading, and which texts are easily taken for each other.

Formats flag and rank; what was read is never changed into what would fit.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

from vision.errors import BadArray
from vision.plate_alphabet import ALPHABET, KINDS, PlateKind
from vision.plate_formats import fit, region_of
from vision.types import FloatArray, PlateCandidate, PlateReading

SLOTS = 10
"""Places for characters in a reader's output; no plate has more."""

CONFUSIONS = ("0ODQ", "8B", "1IL", "2Z", "5S", "6G", "7T", "4A", "UV", "津浙沪渝湘", "苏藏")
"""Characters of one group are taken for each other when a plate is dirty, dark or far away."""

NEAR_KIND = 0.5
"""Kinds at least so many times as probable as the best one are told apart by which formats fit."""
WEAK_CHARACTER = 0.9
"""Characters less certain than this have alternatives among the candidates."""
_WEAK_CHARACTERS = 3
_ALTERNATIVES = 2
_CANDIDATES = 4
# An alternative text so much less probable than the reading is nobody's help.
_LEAST_CANDIDATE = 0.01

_LOOK_ALIKES = {character: group.replace(character, "") for group in CONFUSIONS for character in group}

_Probabilities = NDArray[np.float64]


def decode_reading(characters: FloatArray, kind: FloatArray) -> PlateReading | None:
    """What the plate says; None where the network sees no whole plate.

    The text ends at the first empty slot. That it ends there is a statement too: its last character is no more
    confident than the emptiness of every slot behind it, so that a gap in a text never looks certain.

    Args:
        characters: (SLOTS, 1 + len(ALPHABET)) logits, class 0 for an empty slot.
        kind: (1 + len(KINDS),) logits, class 0 for no plate or a part of one.

    Raises:
        BadArray: other shapes, or logits that are no numbers.
    """
    _check("characters", characters, (SLOTS, 1 + len(ALPHABET)))
    _check("kind", kind, (1 + len(KINDS),))
    slots, kinds = _softmax(characters), _softmax(kind)
    best = slots.argmax(axis=1)
    length = SLOTS if best.all() else int(best.argmin())
    if length == 0 or kinds.argmax() == 0:
        return None
    text = _text(best[:length])
    confidence = slots[np.arange(length), best[:length]]
    confidence[-1] = min(confidence[-1], slots[length:, 0].min(initial=1.0))
    word, kind_confidence = _kind(kinds, text)
    return PlateReading(
        text=text,
        char_confidence=tuple(confidence.tolist()),
        kind=word,
        kind_confidence=kind_confidence,
        region=region_of(text, word),
        plausible=fit(text, word) > 0,
        candidates=_candidates(slots[:length], word),
    )


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


def _check(name: str, logits: FloatArray, shape: tuple[int, ...]) -> None:
    if logits.shape != shape or not np.isfinite(logits).all():
        raise BadArray(f"{name}: wanted finite logits {shape}, got {logits.shape}")


def _softmax(logits: FloatArray) -> _Probabilities:
    powers = np.exp((logits - logits.max(axis=-1, keepdims=True)).astype(np.float64))
    shares: _Probabilities = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _text(classes: NDArray[np.intp]) -> str:
    return "".join(ALPHABET[one - 1] for one in classes.tolist())


def _kind(kinds: _Probabilities, text: str) -> tuple[PlateKind, float]:
    """The kind and its probability: of those about as probable as the best one, the first that the text fits."""
    order = 1 + np.argsort(-kinds[1:], kind="stable")
    near = [(KINDS[one - 1], float(kinds[one])) for one in order if kinds[one] >= NEAR_KIND * kinds[order[0]]]
    # The sort is stable: among equal fits the most probable stays first.
    return max(near, key=lambda one: fit(text, one[0]))


def _candidates(slots: _Probabilities, kind: PlateKind) -> tuple[PlateCandidate, ...]:
    """The most probable text, then others: by how well they fit the kind, then by probability."""
    order = 1 + np.argsort(-slots[:, 1:], axis=1, kind="stable")
    weakest = np.argsort(slots.max(axis=1), kind="stable")[:_WEAK_CHARACTERS].tolist()
    weak = {place for place in weakest if slots[place].max() < WEAK_CHARACTER}
    choices = [order[place, : 1 + _ALTERNATIVES * (place in weak)].tolist() for place in range(len(slots))]
    places = np.arange(len(slots))
    found = [(np.array(classes), float(slots[places, classes].prod())) for classes in itertools.product(*choices)]
    first, *others = [(_text(classes), probability) for classes, probability in found]
    rest = [one for one in others if one[1] >= _LEAST_CANDIDATE * first[1]]
    rest.sort(key=lambda one: (-fit(one[0], kind), -one[1]))
    kept = [first, *rest][:_CANDIDATES]
    return tuple(PlateCandidate(text, probability, fit(text, kind) > 0) for text, probability in kept)
