"""What goes wrong around one process: it is said while it lasts, ends by itself, and nothing is lost or there twice."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from pipelines.bus.bus import Letter
from pipelines.bus.relay import Relay
from pipelines.bus.sink import StoreSink, event_letter
from pipelines.bus.spool import Spool, open_spool
from pipelines.records import engines, traces
from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.bus.conftest import IDLE_S, eventually
from tests.pipelines.bus.letters import BROKEN, camera_event, letters
from tests.servers.redis import RedisServer
from vision.errors import NotTaken


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (engines, traces):
        monkeypatch.setattr(module, "LOCK_TIMEOUT_S", 0.05)


@contextmanager
def relaying(home: Path, clock: FakeClock, **options: object) -> Iterator[tuple[Store, Relay]]:
    """A store, and a relay that writes to it."""
    settings = Settings(home=home, bus_claim_idle_s=IDLE_S, **options)
    with closing(Store.open(settings, clock)) as store:
        relay = Relay(settings, StoreSink(store, lambda _report, _camera_id: None))
        relay.start()
        with closing(relay):
            yield store, relay


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """The database is another's alone."""
    with closing(sqlite3.connect(home / "citygate.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _stored(store: Store) -> list[str]:
    return [stored.event.event_id for stored in store.events.list(limit=1000)]


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def options(request: pytest.FixtureRequest) -> dict[str, object]:
    """Of a bus of each kind."""
    return {} if request.param == "memory" else {"bus_url": request.getfixturevalue("redis").url}


def test_while_the_database_is_away_events_wait_in_the_spool(tmp_path: Path, options: dict[str, object]) -> None:
    with relaying(tmp_path, FakeClock(), **options) as (store, relay):
        relay.outbox.tell(camera_event(0))
        eventually(lambda: len(_stored(store)) == 1)
        with _locked(tmp_path):
            for number in range(1, 20):
                relay.outbox.tell(camera_event(number))
            eventually(lambda: "database_away" in relay.health().problems)
            assert relay.health().spooled >= 19
            assert len(_stored(store)) == 1
        eventually(lambda: len(_stored(store)) == 20)
        eventually(lambda: relay.health().problems == () and relay.health().spooled == 0)
        assert set(_stored(store)) == {camera_event(number).event_id for number in range(20)}
        assert store.dead_letters.count() == 0


def test_what_waited_while_a_plate_was_forgotten_arrives_without_it(tmp_path: Path, options: dict[str, object]) -> None:
    clock = FakeClock()
    with relaying(tmp_path, clock, **options) as (store, relay):
        plate_hash = store.parking.plates.hash("event", "粤B12345")
        waiting = event_letter(camera_event(1, plate_hash=plate_hash))
        refused = Letter("evt_refused", "weather", waiting.body)
    with closing(open_spool(tmp_path / "spool", 10)) as spool:
        spool.put([waiting, refused])
    with closing(Store.open(Settings(home=tmp_path), clock)) as store:
        store.parking.forget_plate("粤B12345", actor="test")
    with relaying(tmp_path, clock, bus_tries=1, **options) as (store, relay):
        eventually(lambda: relay.health().spooled == 0)
        assert [stored.event.plate_hash for stored in store.events.list()] == [None]
        assert store.dead_letters.count() == 0
        assert (tally := relay.health().tally) is not None
        assert (tally.stored, tally.relieved, tally.dead) == (1, 2, 0)


def test_a_full_spool_refuses_drops_and_counts_and_recovers(tmp_path: Path) -> None:
    with relaying(tmp_path, FakeClock(), spool_letters=3) as (store, relay):
        with _locked(tmp_path):
            for number in range(3):
                relay.outbox.tell(camera_event(number))
            assert "spool_full" in relay.health().problems
            with pytest.raises(NotTaken):
                relay.outbox.tell(camera_event(3))
            assert not relay.outbox.tell_of_street(camera_event(4))
            assert relay.health().dropped == {"camera.state": 1}
        eventually(lambda: len(_stored(store)) == 3)
        eventually(lambda: relay.health().problems == ())
        relay.outbox.tell(camera_event(3))
        eventually(lambda: len(_stored(store)) == 4)


@pytest.mark.redis
def test_a_redis_that_is_killed_and_comes_back_empty_loses_nothing(tmp_path: Path, redis: RedisServer) -> None:
    with relaying(tmp_path, FakeClock(), bus_url=redis.url) as (store, relay):
        relay.outbox.post(letters(5))
        eventually(lambda: len(_stored(store)) == 5)
        redis.kill()
        relay.outbox.post(letters(5, first=5))
        eventually(lambda: relay.health().problems == ("bus_away",))
        assert relay.health().spooled >= 5
        assert relay.health().state is None
        redis.start()
        eventually(lambda: len(_stored(store)) == 10)
        eventually(lambda: relay.health().spooled == 0 and relay.health().problems == ())
        assert len(set(_stored(store))) == 10


@pytest.mark.redis
def test_a_redis_that_takes_nothing_more_loses_nothing(tmp_path: Path, redis: RedisServer) -> None:
    with relaying(tmp_path, FakeClock(), bus_url=redis.url) as (store, relay):
        relay.outbox.post(letters(1))
        eventually(lambda: relay.health().spooled == 0)
        redis.client.config_set("maxmemory", "1")
        relay.outbox.post(letters(5, first=1))
        eventually(lambda: "bus_away" in relay.health().problems)
        redis.client.config_set("maxmemory", "0")
        eventually(lambda: len(_stored(store)) == 6)
        eventually(lambda: relay.health().problems == ())


def test_a_redis_that_is_away_at_the_start_keeps_nobody_from_starting(tmp_path: Path) -> None:
    with relaying(tmp_path, FakeClock(), bus_url=f"unix://{tmp_path}/nobody.sock") as (_, relay):
        relay.outbox.post(letters(3))
        eventually(lambda: relay.health().problems == ("bus_away",))
        assert relay.health().spooled == 3


def test_a_clock_that_is_stepped_changes_nothing(tmp_path: Path, options: dict[str, object]) -> None:
    clock = FakeClock()
    with relaying(tmp_path, clock, **options) as (store, relay):
        for number, step_s in enumerate((0.0, -86_400.0, 172_800.0, -3600.0)):
            clock.advance(step_s)
            relay.outbox.tell(camera_event(number))
            eventually(lambda number=number: len(_stored(store)) == number + 1)
        assert len(set(_stored(store))) == 4
        eventually(lambda: relay.health().spooled == 0)


def test_a_letter_that_can_be_no_record_dies_and_leaves_the_spool(tmp_path: Path, options: dict[str, object]) -> None:
    with relaying(tmp_path, FakeClock(), bus_tries=2, **options) as (store, relay):
        relay.outbox.post([BROKEN, event_letter(camera_event(1))])
        eventually(lambda: store.dead_letters.count() == 1)
        eventually(lambda: relay.health().spooled == 0)
        assert _stored(store) == [camera_event(1).event_id]
        [dead] = store.dead_letters.list().items
        assert (dead.letter_id, dead.tries) == (BROKEN.id, 2)
        tally = relay.health().tally
        assert tally is not None
        assert tally.dead == 1


def test_what_a_process_left_in_its_spool_is_stored_after_its_next_start(
    tmp_path: Path, options: dict[str, object]
) -> None:
    spool = Spool(tmp_path / "spool" / "spool-0.db", 100)
    spool.put(letters(3))
    spool.close()
    with relaying(tmp_path, FakeClock(), **options) as (store, relay):
        eventually(lambda: len(_stored(store)) == 3)
        eventually(lambda: relay.health().spooled == 0)


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    """A tmpfs of 512 KiB where we may mount one; elsewhere the test has nothing to fill."""
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("needs root, to mount a small disk")
    mounted = subprocess.run([mount, "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)], check=False)  # noqa: S603
    if mounted.returncode != 0:
        pytest.skip("may not mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607


def _put_until_refused(spool: Spool, first: int) -> int:
    """The number of the first letter that was refused."""
    number = first
    with suppress(NotTaken):
        while number < 5_000:
            spool.put(letters(50, number))
            number += 50
    assert number < 5_000, "the disk never filled up"
    return number


def test_a_full_disk_refuses_and_is_of_use_again_when_there_is_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with _small_disk(disk):
        spool = Spool(disk / "spool.db", 100_000)
        spool.put(letters(50))
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(disk).free))
        taken = _put_until_refused(spool, 50)
        assert [letter for _, letter in spool.after(0, 10_000)] == letters(taken)
        assert spool.depth == taken
        ballast.unlink()
        spool.put(letters(50, taken))
        spool.forget([letter.id for letter in letters(taken + 50)])
        assert spool.depth == 0
        spool.close()


def test_a_spool_whose_file_may_not_grow_refuses_and_keeps_what_it_has(spool: Spool) -> None:
    spool.put(letters(10))
    pages = spool._connection.execute("PRAGMA page_count").fetchone()[0]
    spool._connection.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(NotTaken, match="full"):
        spool.put(letters(90, first=10))
    assert spool.depth == 10
    spool._connection.execute("PRAGMA max_page_count=100000")
    spool.put(letters(90, first=10))
    assert [letter for _, letter in spool.after(0, 1000)] == letters(100)
