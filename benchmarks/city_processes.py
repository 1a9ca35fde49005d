"""The two processes of a replayed city: one offers what its cameras tell, one keeps it as an API node does."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from pydantic import SecretStr

from benchmarks.city_account import size_bytes
from benchmarks.city_plan import Plan
from benchmarks.city_records import decision_of, letter_of
from pipelines.bus.bus import Letter
from pipelines.bus.consumer import Tally
from pipelines.bus.relay import Relay
from pipelines.bus.sink import StoreSink, Taken
from pipelines.records.store import Store
from pipelines.services.cases import CaseService, read_rules
from pipelines.settings import Settings
from vision.errors import NotTaken

MOST_AT_ONCE = 500
"""Offers of one post, should the process be behind."""
STALLED_S = 60.0
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Site:
    """Where an installation lies: a folder for this process, and what it shares with the others."""

    home: Path
    redis_url: str
    database_url: str | None = None

    def settings(self) -> Settings:
        """All else as it is by default, and nothing from the environment, which may name an installation in use."""
        bus = SecretStr(self.redis_url)
        return Settings.model_construct(home=self.home, bus_url=bus, database_url=self.database_url)


@dataclass(frozen=True, slots=True)
class Start:
    """Second 0 of the plan: on the clock that all processes of a machine share, and as a date."""

    at_s: float
    began_at: datetime

    def wait_for(self, due_s: float) -> None:
        """Return at that second of the plan; at once, when it is over."""
        time.sleep(max(0.0, self.at_s + due_s - time.monotonic()))

    def now_s(self) -> float:
        """The second of the plan that it is."""
        return time.monotonic() - self.at_s


@dataclass(frozen=True, slots=True, eq=False)
class Offered:
    """What the process that offers has to tell.

    Attributes:
        refused: records that were not taken.
        late_s: of each post, from when its first record was due to when it was acknowledged.
        cpu_s: of this process, until the database had everything.
    """

    refused: tuple[int, ...]
    late_s: tuple[float, ...]
    cpu_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What the process at the database has to tell.

    Attributes:
        committed_s: id -> second of the plan at which it was committed, first.
        cpu_s: of this process.
        grown_bytes: by which the database grew.
    """

    committed_s: dict[str, float]
    tally: Tally
    cpu_s: float
    grown_bytes: int


class TimedSink(StoreSink):
    """Notes when letters are committed.

    Attributes:
        committed_s: letter id -> monotonic seconds after its first commit.
    """

    def __init__(self, store: Store, cases: CaseService) -> None:
        super().__init__(store, lambda report, camera_id: cases.report(report, actor=camera_id))
        self.committed_s: dict[str, float] = {}

    def take(self, letters: Sequence[Letter]) -> Taken:
        """As `StoreSink.take`."""
        taken = super().take(letters)
        now = time.monotonic()
        for letter in letters:
            if letter.id not in taken.refused:
                self.committed_s.setdefault(letter.id, now)
        return taken


def offer(site: Site, plan: Plan, line: Connection) -> None:
    """Be the cameras' side: a worker's outbox, spool and sender, by the plan's clock and not by what comes back."""
    with closing(Relay(site.settings(), None)) as relay:
        relay.start()
        line.send("ready")
        start: Start = line.recv()
        cpu = time.process_time()
        refused, late_s = _offer_all(relay, plan, start)
        line.send("offered")
        _drain(relay)
        line.send(Offered(tuple(refused), tuple(late_s), time.process_time() - cpu))


def keep(site: Site, plan: Plan, line: Connection) -> None:
    """Be the database's side: read the bus, and decide at gates; until the other end of the line says so."""
    settings = site.settings()
    with closing(Store.open(settings)) as store:
        sink = TimedSink(store, CaseService(store, *read_rules(settings)))
        before = size_bytes(store.backing.database)
        with closing(Relay(settings, sink)) as relay:
            relay.start()
            line.send("ready")
            start: Start = line.recv()
            cpu = time.process_time()
            decided = _decide(store, plan, start)
            line.recv()
            cpu = time.process_time() - cpu
            tally = replace(relay.health().tally or Tally())
        committed = {one: at_s - start.at_s for one, at_s in sink.committed_s.items()}
        line.send(Kept(committed | decided, tally, cpu, size_bytes(store.backing.database) - before))


def _offer_all(relay: Relay, plan: Plan, start: Start) -> tuple[list[int], list[float]]:
    """Records that were refused, and the seconds that each post was late."""
    due_s, offers = plan.part(decisions=False)
    refused: list[int] = []
    late_s: list[float] = []
    done = 0
    while done < len(offers):
        start.wait_for(float(due_s[done]))
        until = int(np.searchsorted(due_s, start.now_s(), side="right"))
        numbers = offers[done : max(done + 1, min(until, done + MOST_AT_ONCE))].tolist()
        try:
            relay.outbox.post([letter_of(plan.record(number, start.began_at)) for number in numbers])
        except NotTaken:
            refused += numbers
        late_s.append(start.now_s() - float(due_s[done]))
        done += len(numbers)
    return refused, late_s


def _decide(store: Store, plan: Plan, start: Start) -> dict[str, float]:
    """Record id -> second of the plan at which its decision was committed, each in a commit of its own."""
    committed: dict[str, float] = {}
    for due_s, number in zip(*plan.part(decisions=True), strict=True):
        record = plan.record(int(number), start.began_at)
        start.wait_for(float(due_s))
        store.decisions.record(*decision_of(record))
        committed[record.event_id] = start.now_s()
    return committed


def _drain(relay: Relay) -> None:
    """Wait until the database has all that lies in the spool, or takes nothing of it for a minute."""
    left, moved = relay.health().spooled, time.monotonic()
    while left and time.monotonic() - moved < STALLED_S:
        time.sleep(_POLL_S)
        now_left = relay.health().spooled
        if now_left < left:
            left, moved = now_left, time.monotonic()
