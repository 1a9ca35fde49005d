"""Many readings of one plate -> one: a text that was really read, never one put together from several."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from vision.errors import BadArray
from vision.types import PlateReading

CLUSTER_DISTANCE = 1
"""Texts up to so many insertions, deletions and replacements apart are looks at the same plate."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What the readings agree on.

    Attributes:
        reading: the most confident one of those that say the chosen text.
        agreeing: how many readings say exactly that text.
        total: how many there were.
    """

    reading: PlateReading
    agreeing: int
    total: int


def vote(readings: Sequence[PlateReading]) -> Vote:
    """The text with the most weight within the cluster of texts with the most weight; a reading weighs its confidence.

    Clusters come first, so that three different slips at one plate outweigh a single confident look at another.

    Raises:
        BadArray: no readings.
    """
    if not readings:
        raise BadArray("wanted at least one reading, got none")
    weights: dict[str, float] = defaultdict(float)
    for reading in readings:
        weights[reading.text] += reading.confidence
    by_weight = sorted(weights, key=lambda text: weights[text], reverse=True)
    text = max(_clusters(by_weight), key=lambda cluster: sum(weights[one] for one in cluster))[0]
    agreeing = [reading for reading in readings if reading.text == text]
    return Vote(max(agreeing, key=lambda reading: reading.confidence), len(agreeing), len(readings))


def agreed(readings: Sequence[PlateReading | None]) -> PlateReading | None:
    """One reading out of several looks at the same picture, as sure as they are together; None where most saw none.

    Each look that says another text, or nothing, takes its share of the confidence away: what hangs on a hair's
    breadth of the crop is not known.

    """
    legible = [reading for reading in readings if reading is not None]
    if 2 * len(legible) < len(readings) or not legible:
        return None
    best = vote(legible).reading
    support = sum(reading.confidence for reading in legible if reading.text == best.text)
    share = support / (len(readings) * best.confidence)
    return replace(best, char_confidence=tuple(share * one for one in best.char_confidence))


def _clusters(by_weight: Sequence[str]) -> list[list[str]]:
    """Each text beside the heaviest one that is near enough; the heaviest of a cluster comes first."""
    clusters: list[list[str]] = []
    for text in by_weight:
        near = (one for one in clusters if Levenshtein.distance(one[0], text) <= CLUSTER_DISTANCE)
        cluster = next(near, None)
        if cluster is None:
            clusters.append([text])
        else:
            cluster.append(text)
    return clusters
