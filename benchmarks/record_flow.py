"""Synthetic events through spool, bus and store: one process makes them, this one writes them to the database."""

import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.synchronize import Event as Signal
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import create_engine, func, make_url, select, text

from pipelines.bus.relay import Relay
from pipelines.bus.sink import StoreSink, event_letter
from pipelines.events import Event, event_id
from pipelines.records.store import Store
from pipelines.records.tables import EventRow
from pipelines.settings import Settings
from vision.errors import ConfigurationError

CAMERAS = 500
REPEAT_EVERY = 100
"""Each so manieth batch is posted twice, as after a restart."""
STALLED_S = 60.0
_POLL_S = 0.005
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Flow:
    """What one run moved.

    Attributes:
        acknowledged: different events that were acknowledged to who made them.
        seconds: from the first post to the commit of the last event.
        cpu_s: processor time of this process meanwhile.
        lost: acknowledged, and not in the log.
        duplicated: in the log more than once.
        repeated: deliveries of events that were stored already.
    """

    acknowledged: int
    seconds: float
    cpu_s: float
    lost: int
    duplicated: int
    repeated: int

    @property
    def events_per_s(self) -> float:
        return self.acknowledged / self.seconds


@dataclass(frozen=True, slots=True)
class Load:
    """What is posted.

    Attributes:
        events: different ones.
        at_once: events of one post.
        posters: threads that post, as cameras of one worker do.
    """

    events: int
    at_once: int
    posters: int = 1

    def ids(self) -> Iterator[str]:
        """Of every event."""
        return (synthetic(number).event_id for number in range(self.events))


def synthetic(number: int) -> Event:
    """A reading of a plate by one of 500 cameras, as workers tell of it."""
    camera = f"cam-{number % CAMERAS:04d}"
    return Event(
        event_id=event_id(camera, str(number), "plate.read"),
        kind="plate.read",
        occurred_at=_BEGAN + timedelta(milliseconds=number),
        camera_id=camera,
        plate_hash=f"{number * 2654435761 % 2**256:064x}",
        direction="approaching",
        score=0.97,
    )


def run_flow(load: Load, redis_url: str | None, database_url: str | None) -> Flow:
    """Move the load through a new installation and read the whole log afterwards.

    Args:
        redis_url: None: all in this process, over the queue in memory; otherwise another process makes the events.
        database_url: of a PostgreSQL server on which databases may be made; None: SQLite.
    """
    with tempfile.TemporaryDirectory(prefix="citygate-bench-") as folder, new_database(database_url) as url:
        home = Path(folder)
        with closing(Store.open(Settings.model_construct(home=home, database_url=url))) as store, ExitStack() as ends:
            sink = StoreSink(store, lambda _report, _camera_id: None)
            relay = Relay(_settings(home / "reader", redis_url, load), sink)
            ends.callback(relay.close)
            relay.start()
            took = _post_here(relay, load, store) if redis_url is None else _post_there(home, redis_url, load, store)
            tally = relay.health().tally
        with closing(Store.open(Settings.model_construct(home=home, database_url=url))) as store:
            found = _log(store)
    lost = sum(event not in found for event in load.ids())
    duplicated = sum(times - 1 for times in found.values())
    return Flow(load.events, *took, lost, duplicated, tally.repeated if tally else 0)


def post(relay: Relay, load: Load) -> None:
    """Leave all events in the outbox, some of them twice."""
    with ThreadPoolExecutor(load.posters) as threads:
        # Taken one by one: the first poster's error is raised here.
        for _ in threads.map(partial(_post_share, relay, load), range(load.posters)):
            pass


def _post_share(relay: Relay, load: Load, poster: int) -> None:
    for batch in range(poster, -(-load.events // load.at_once), load.posters):
        start = batch * load.at_once
        letters = [event_letter(synthetic(number)) for number in range(start, min(start + load.at_once, load.events))]
        relay.outbox.post(letters)
        if batch % REPEAT_EVERY == REPEAT_EVERY - 1:
            relay.outbox.post(letters)


def _post_here(relay: Relay, load: Load, store: Store) -> tuple[float, float]:
    start, cpu = time.perf_counter(), time.process_time()
    post(relay, load)
    return _committed(store, load.events) - start, time.process_time() - cpu


def _post_there(home: Path, redis_url: str, load: Load, store: Store) -> tuple[float, float]:
    """Seconds, and seconds of this process."""
    processes = multiprocessing.get_context("spawn")
    ready, go, done = processes.Event(), processes.Event(), processes.Event()
    maker = processes.Process(target=_make, args=(home / "maker", redis_url, load, ready, go, done), daemon=True)
    maker.start()
    try:
        ready.wait()
        go.set()
        start, cpu = time.perf_counter(), time.process_time()
        return _committed(store, load.events) - start, time.process_time() - cpu
    finally:
        done.set()
        maker.join()


def _make(home: Path, redis_url: str, load: Load, ready: Signal, go: Signal, done: Signal) -> None:
    """The process of a worker without a database."""
    with closing(Relay(_settings(home, redis_url, load), None)) as relay:
        relay.start()
        ready.set()
        go.wait()
        post(relay, load)
        done.wait()


def _committed(store: Store, wanted: int) -> float:
    """When the database had so many events.

    Raises:
        ConfigurationError: nothing came for a minute.
    """
    # A new store's number is never less than its count: a look at the feed costs the database nothing.
    seen, moved = 0, time.perf_counter()
    while seen < wanted or _count(store) < wanted:
        now_seen = store.feed.wait(seen, _POLL_S)
        if now_seen > seen:
            seen, moved = now_seen, time.perf_counter()
        elif time.perf_counter() - moved > STALLED_S:
            raise ConfigurationError(f"records: wanted {wanted} events, got {seen} and then none for {STALLED_S:g} s")
    return moved


def _count(store: Store) -> int:
    with store.backing.database.reading() as session:
        return session.scalars(select(func.count()).select_from(EventRow)).one()


def _log(store: Store) -> Counter[str]:
    """Event id -> how often the whole log has it."""
    found: Counter[str] = Counter()
    after = 0
    while events := store.events.list(after, 5_000):
        found.update(stored.event.event_id for stored in events)
        after = events[-1].seq
    return found


def _settings(home: Path, redis_url: str | None, load: Load) -> Settings:
    # Without the environment, which may name a bus in use.
    bus = None if redis_url is None else SecretStr(redis_url)
    return Settings.model_construct(home=home, bus_url=bus, spool_letters=2 * load.events)


@contextmanager
def new_database(server_url: str | None) -> Iterator[str | None]:
    """The URL of a new database on the server, dropped afterwards."""
    if server_url is None:
        yield None
        return
    name = f"citygate_bench_{time.time_ns()}"
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
    finally:
        engine.dispose()
