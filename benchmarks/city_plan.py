"""When which camera of a part of the city tells of what: drawn once, by a seed, before anything is offered."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from benchmarks.city_day import DISTRICT_CAMERAS, Share, camera_name
from benchmarks.city_records import MIX, drawn_record
from pipelines.events import Event, EventKind

KINDS: tuple[EventKind, ...] = tuple(MIX)
DECISION = KINDS.index("face.decision")
BURST_EVERY_S = 30
BURST_CAMERAS = 0.01
"""Of a district: neighbours that tell at the very same moment."""
SILENT_CAMERAS = 0.05
"""Of a district: neighbours behind one link that is cut."""
SILENT_FROM, SILENT_TO = 0.25, 0.6
"""Of the run."""
RETRY_EVERY = 50
RETRY_AFTER_S = 2.0
"""Later than most records are stored, so that the database meets them again and not the spool alone."""

Numbers = npt.NDArray[np.int64]
Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Records, and the moments at which they are offered, in seconds after the beginning.

    Attributes:
        seed: of the records' ids and values.
        cameras: (R,) number of each record's camera.
        kinds: (R,) index of each record's kind in `KINDS`.
        seen_s: (R,) when the camera saw it.
        due_s: (O,) ascending: when an offer is made.
        offers: (O,) the record that is offered; the second time it is a retry.
        burst, held, retries: records of bursts, records that waited for their link, and second offers.
    """

    seed: int
    cameras: Numbers
    kinds: Numbers
    seen_s: Seconds
    due_s: Seconds
    offers: Numbers
    burst: int
    held: int
    retries: int

    @property
    def records(self) -> int:
        """Different ones."""
        return len(self.seen_s)

    def record(self, number: int, began_at: datetime) -> Event:
        """Record 0..R-1, the same at every call and in every process."""
        chance = random.Random((self.seed << 40) + number)  # noqa: S311 - drawn data, no secret
        at = began_at + timedelta(seconds=float(self.seen_s[number]))
        return drawn_record(chance, KINDS[self.kinds[number]], camera_name(int(self.cameras[number])), at)

    def first_due_s(self) -> Seconds:
        """(R,) when each record is offered first."""
        first = np.full(self.records, np.inf)
        np.minimum.at(first, self.offers, self.due_s)
        return first

    def part(self, *, decisions: bool) -> tuple[Seconds, Numbers]:
        """The offers of decisions, which gates commit, or of all else, which travels; when and which."""
        wanted = (self.kinds[self.offers] == DECISION) == decisions
        return self.due_s[wanted], self.offers[wanted]


def drawn_plan(share: Share, seed: int) -> Plan:
    """What the share's cameras tell in its seconds, bursts, a cut link and retries included."""
    chance = np.random.default_rng(seed)
    arrivals = share.arrivals()
    steady = int(arrivals.sum())
    seen = [np.repeat(np.arange(share.seconds), arrivals) + chance.random(steady)]
    cameras = [chance.integers(0, share.cameras, steady)]
    for at_s in range(BURST_EVERY_S // 2, share.seconds, BURST_EVERY_S):
        burst = _neighbours(chance, share, BURST_CAMERAS)
        cameras.append(burst)
        seen.append(np.full(len(burst), float(at_s)))
    told_by, seen_s = np.concatenate(cameras), np.concatenate(seen)
    kinds = chance.choice(len(KINDS), len(seen_s), p=np.asarray(list(MIX.values())) / 100)
    begin_s, end_s = SILENT_FROM * share.seconds, SILENT_TO * share.seconds
    held = np.isin(told_by, _neighbours(chance, share, SILENT_CAMERAS)) & (seen_s >= begin_s) & (seen_s < end_s)
    due_s = np.where(held, end_s, seen_s)
    again = np.asarray(list(_retried(kinds)), dtype=np.int64)
    offers = np.concatenate([np.arange(len(seen_s)), again])
    offered_s = np.concatenate([due_s, due_s[again] + RETRY_AFTER_S])
    order = np.argsort(offered_s, kind="stable")
    counts = (len(seen_s) - steady, int(held.sum()), len(again))
    return Plan(seed, told_by, kinds, seen_s, offered_s[order], offers[order], *counts)


def _neighbours(chance: np.random.Generator, share: Share, part: float) -> Numbers:
    """So many of one district's cameras, one beside the other; at least one."""
    begin = int(chance.integers(0, -(-share.cameras // DISTRICT_CAMERAS))) * DISTRICT_CAMERAS
    size = min(DISTRICT_CAMERAS, share.cameras - begin)
    count = max(1, round(size * part))
    return begin + int(chance.integers(0, size - count + 1)) + np.arange(count)


def _retried(kinds: Numbers) -> Iterator[int]:
    """Each fiftieth record, unless it is a decision: a gate that asks again gets another decision."""
    return (number for number in range(RETRY_EVERY - 1, len(kinds), RETRY_EVERY) if kinds[number] != DECISION)
