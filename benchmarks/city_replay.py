"""Plays a plan through Redis and a new database: starts the processes, watches the bus, and takes the accounts."""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from redis import Redis

from benchmarks.city_account import Account, found_in, lags_s
from benchmarks.city_plan import Plan
from benchmarks.city_processes import Kept, Offered, Site, Start, keep, offer
from benchmarks.city_records import identity_of, letter_of
from benchmarks.options import Progress
from benchmarks.record_flow import new_database
from benchmarks.redis_process import running_redis
from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_streams import RedisBus
from pipelines.records.store import Store
from vision.errors import ConfigurationError

LEAD_S = 0.5
"""Between the word to start and second 0."""
WEIGHED = 5_000
"""Letters that are laid on the bus to see how many bytes each takes."""
_LOOK_S = 0.25
_READY_S = 120.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """What one run was like.

    Attributes:
        lag_s: of every record that was committed, from when it was to be offered to its commit.
        kinds: of the same records.
        last_s: second of the plan of the last commit.
        most_waiting: letters on the bus that were not settled, at the worst of four looks a second.
        redis_cpu_s: of the server, from second 0 until everything was committed.
        redis_bytes: that a letter takes on the bus.
    """

    offered: Offered
    kept: Kept
    account: Account
    lag_s: list[float]
    kinds: list[int]
    last_s: float
    most_waiting: int
    redis_cpu_s: float
    redis_bytes: float


def replay(plan: Plan, seconds: int, database_url: str | None, progress: Progress) -> Replay:
    """Run the plan by the clock in a new installation.

    Args:
        plan: what is offered.
        seconds: that it lasts.
        database_url: of a PostgreSQL server on which databases may be made; None: SQLite.
        progress: is shown each second.

    Raises:
        ConfigurationError: a process ended early, or Redis does not start.
    """
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="citygate-city-")))
        redis_url = ends.enter_context(running_redis())
        database = ends.enter_context(new_database(database_url))
        site = Site(folder / "keeper", redis_url, database)
        keeper = ends.enter_context(_process(keep, site, plan))
        cameras = ends.enter_context(_process(offer, Site(folder / "cameras", redis_url), plan))
        for line in (keeper, cameras):
            _await_ready(line)
        redis = ends.enter_context(closing(Redis.from_url(redis_url)))
        bus = ends.enter_context(closing(RedisBus(RedisAddress.parse(redis_url))))
        cpu_s = _cpu_s(redis)
        start = Start(time.monotonic() + LEAD_S, datetime.now(UTC))
        for line in (keeper, cameras):
            _tell(line, start)
        most = _watch(bus, cameras, start, seconds, progress)
        offered = _heard(cameras, Offered)
        cpu_s = _cpu_s(redis) - cpu_s
        _tell(keeper, "enough")
        kept = _heard(keeper, Kept)
        weight = _letter_bytes(redis, RedisAddress.parse(redis_url), plan, start)
        with closing(Store.open(site.settings())) as store:
            found = found_in(store)
        return _told(plan, start, found, offered, kept, (most, cpu_s, weight))


def _told(
    plan: Plan, start: Start, found: dict[str, int], offered: Offered, kept: Kept, bus: tuple[int, float, float]
) -> Replay:
    records = [plan.record(number, start.began_at) for number in range(plan.records)]
    refused = {records[number].event_id for number in offered.refused}
    by = [identity_of(record) for record in records]
    return Replay(
        offered,
        kept,
        Account.of([record.event_id for record in records], refused, found),
        lags_s(plan.first_due_s(), by, kept.committed_s),
        [int(kind) for kind, one in zip(plan.kinds, by, strict=True) if one in kept.committed_s],
        max(kept.committed_s.values(), default=0.0),
        *bus,
    )


def _watch(bus: RedisBus, cameras: Connection, start: Start, seconds: int, progress: Progress) -> int:
    """The most letters that waited on the bus, until the last record was offered and the spool is empty."""
    most = 0

    def look() -> None:
        nonlocal most
        state = bus.state()
        most = max(most, (state.lag or 0) + state.pending)

    for second in progress(range(1, seconds + 1), "replaying"):
        while start.now_s() < second and not cameras.poll():
            look()
            time.sleep(_LOOK_S)
    while not cameras.poll(_LOOK_S):
        look()
    _heard(cameras, str)
    while not cameras.poll(_LOOK_S):
        look()
    return most


@contextmanager
def _process(play: Callable[[Site, Plan, Connection], None], site: Site, plan: Plan) -> Iterator[Connection]:
    """The line to a process that makes itself ready."""
    processes = multiprocessing.get_context("spawn")
    line, theirs = processes.Pipe()
    process = processes.Process(target=play, args=(site, plan, theirs), daemon=True)
    process.start()
    # Without a copy here the line breaks when the process ends, and nobody waits for its word for ever.
    theirs.close()
    try:
        yield line
    finally:
        line.close()
        process.join(_READY_S)


def _await_ready(line: Connection) -> None:
    if not line.poll(_READY_S):
        raise ConfigurationError(f"city: wanted a process that is ready in {_READY_S:g} s, got none")
    _heard(line, str)


def _tell(line: Connection, word: object) -> None:
    try:
        line.send(word)
    except OSError as error:
        raise ConfigurationError("city: wanted a process that listens, got its end; see above") from error


def _heard(line: Connection, wanted: type[T]) -> T:
    try:
        word: Any = line.recv()
    except EOFError as error:
        raise ConfigurationError(f"city: wanted {wanted.__name__} of a process, got its end; see above") from error
    if not isinstance(word, wanted):
        raise ConfigurationError(f"city: wanted {wanted.__name__} of a process, got {type(word).__name__}")
    return word


def _cpu_s(redis: Any) -> float:
    told = redis.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def _letter_bytes(redis: Any, address: RedisAddress, plan: Plan, start: Start) -> float:
    """Bytes of memory that a letter takes in a stream of them."""
    due = plan.part(decisions=False)[1][:WEIGHED]
    with closing(RedisBus(address, stream="weighed")) as bus:
        bus.publish("cameras", [letter_of(plan.record(int(number), start.began_at)) for number in due])
    return float(redis.memory_usage("{weighed}", samples=0)) / max(1, len(due))
