"""What was read against what a plate says: shares of exact texts, characters, and which are taken for which."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rapidfuzz.distance import Levenshtein

from benchmarks.result import Metrics
from vision.plate_alphabet import PROVINCES

NOTHING = "-"
"""Stands for a character that is missing on one side."""
_ALIKE = str.maketrans("OI", "01")
_PROVINCE = re.compile(f"(?:WJ)?(?P<province>[{PROVINCES}])")


@dataclass(frozen=True, slots=True)
class TextPair:
    """A plate's text and what was read.

    Attributes:
        wanted: as labelled.
        got: as read; empty where nothing was.
    """

    wanted: str
    got: str


def merged(text: str) -> str:
    """The text with O as 0 and I as 1, for sets that do not keep them apart."""
    return text.translate(_ALIKE)


def province_of(text: str) -> str | None:
    """The province's character of a Chinese plate; None where the text names none."""
    found = _PROVINCE.match(text)
    return found["province"] if found else None


def is_exact(pair: TextPair) -> bool:
    """Whether every character is right."""
    return pair.got == pair.wanted


def is_exact_merged(pair: TextPair) -> bool:
    """Whether every character is right where O equals 0 and I equals 1."""
    return merged(pair.got) == merged(pair.wanted)


def is_exact_without_province(pair: TextPair) -> bool:
    """Whether all but the province's character is right, whatever was read in its place, if anything."""
    found = _PROVINCE.match(pair.wanted)
    if found is None:
        return is_exact(pair)
    place = found.start("province")
    return _without(pair.wanted, place) in (pair.got, _without(pair.got, place))


def text_metrics(pairs: Sequence[TextPair]) -> Metrics:
    """The contract's shares of exact texts, and `char_accuracy`: 1 - edits / labelled characters, over all pairs."""
    edits = sum(Levenshtein.distance(pair.wanted, pair.got) for pair in pairs)
    length = sum(len(pair.wanted) for pair in pairs)
    return {
        "exact": share(pairs, is_exact),
        "exact_merged": share(pairs, is_exact_merged),
        "exact_without_province": share(pairs, is_exact_without_province),
        "char_accuracy": round(max(0.0, 1 - edits / length), 4) if length else None,
    }


def share(pairs: Sequence[TextPair], holds: Callable[[TextPair], bool]) -> float | None:
    """The share of the pairs for which it holds; None of no pairs."""
    return round(sum(holds(pair) for pair in pairs) / len(pairs), 4) if pairs else None


def confusions(pairs: Sequence[TextPair]) -> list[tuple[str, str, int]]:
    """(wanted, got, how often) of characters that were read wrongly, left out or made up; most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        for edit in Levenshtein.editops(pair.wanted, pair.got):
            wanted = NOTHING if edit.tag == "insert" else pair.wanted[edit.src_pos]
            got = NOTHING if edit.tag == "delete" else pair.got[edit.dest_pos]
            counts[wanted, got] += 1
    return [(wanted, got, count) for (wanted, got), count in counts.most_common()]


def nearest(wanted: str, texts: Sequence[str]) -> str:
    """Of the texts the one that needs the fewest edits to be the wanted one; empty where there are none.

    O counts as 0 and I as 1 first; where that leaves several, the one that needs the fewest edits as it is.
    """
    return min(texts, key=partial(_edits, wanted), default="")


def _edits(wanted: str, text: str) -> tuple[int, int]:
    return Levenshtein.distance(merged(wanted), merged(text)), Levenshtein.distance(wanted, text)


def _without(text: str, place: int) -> str:
    return text[:place] + text[place + 1 :]
