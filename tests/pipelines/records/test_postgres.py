"""What only PostgreSQL can get wrong: other processes at the same time, crashes of the server, what old rows leave."""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, OperationalError

from pipelines.events import Event, event_id
from pipelines.records import engines
from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.records.tables import DataKeyRow, StoreFactRow, SubjectRow
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.records.people import agreed, gallery
from tests.servers.postgres import PostgresServer
from vision.errors import ConfigurationError

pytestmark = pytest.mark.postgres


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:
    return Settings(home=tmp_path / "home", database_url=postgres_url)


@pytest.fixture
def processes(settings: Settings, clock: FakeClock) -> Iterator[tuple[Store, Store]]:
    """Two stores that know nothing of each other, on one database."""
    with ExitStack() as closing_both:
        opened = (Store.open(settings, clock), Store.open(settings, clock))
        for store in opened:
            closing_both.callback(store.close)
        yield opened


def event(clock: FakeClock, visit: str) -> Event:
    made = event_id("cam-1", visit, "camera.state")
    return Event(event_id=made, kind="camera.state", occurred_at=clock(), camera_id="cam-1")


def at_once(*acts: Callable[[], object]) -> None:
    """Do all of these at the same time; raises what the first of them raised."""
    failures: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001  told below, in the thread of the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_a_reader_sees_one_state_and_cannot_write(processes: tuple[Store, Store]) -> None:
    ours, others = processes
    with ours.backing.database.reading() as session:
        assert session.scalars(select(SubjectRow.id)).all() == []
        agreed(others)
        assert session.scalars(select(SubjectRow.id)).all() == []
        with pytest.raises(DBAPIError, match="read-only transaction"):
            session.execute(insert(StoreFactRow), {"name": "x", "value": b"x"})
    assert len(ours.subjects.list().items) == 1


def test_who_follows_the_events_misses_none_while_two_processes_write(
    processes: tuple[Store, Store], clock: FakeClock
) -> None:
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        while not (done.is_set() and processes[0].events.latest_seq() == (seen or [0])[-1]):
            seen.extend(stored.seq for stored in processes[0].events.list((seen or [0])[-1]))

    def write(store: Store, name: str) -> None:
        for number in range(15):
            store.events.append(event(clock, f"{name}-{number}"))

    follower = threading.Thread(target=follow)
    follower.start()
    try:
        at_once(*(lambda store=store, name=name: write(store, name) for name, store in enumerate(processes)))
    finally:
        done.set()
        follower.join()
    assert len(seen) == 30
    assert seen == [stored.seq for stored in processes[1].events.list()]


def test_an_event_that_two_processes_tell_at_once_appears_once(
    processes: tuple[Store, Store], clock: FakeClock
) -> None:
    for visit in range(5):
        told = event(clock, str(visit))
        at_once(*(lambda store=store, told=told: store.events.append(told) for store in processes))
    assert len(processes[0].events.list()) == 5
    assert processes[0].audit.verify_chain() is None


def test_two_processes_may_make_the_store_at_once(settings: Settings) -> None:
    # One that both have: the threads of one process do not make two at once.
    settings = settings.model_copy(update={"master_key": SecretStr(base64.b64encode(bytes(32)).decode())})
    opened: list[Store] = []
    at_once(*(lambda: opened.append(Store.open(settings)) for _ in range(2)))
    assert len(opened) == 2
    made = opened[0].subjects.create("Ann", "E-1", actor="test")
    assert opened[1].subjects.find("E-1") == made
    for store in opened:
        store.close()


def test_what_was_answered_outlives_a_crash_of_the_server_and_the_store_finds_it_again(
    settings: Settings, postgres_server: PostgresServer
) -> None:
    with closing(Store.open(settings)) as store:
        ann = agreed(store)
        postgres_server.stop("immediate")
        try:
            with pytest.raises(OperationalError):
                store.subjects.create("Bob", None, actor="test")
        finally:
            postgres_server.start()
        assert store.subjects.list().items == (ann,)
        store.subjects.create("Bob", None, actor="test")
        assert store.audit.verify_chain() is None


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://citygate:hidden-word@/citygate?host={tmp_path}"
    with pytest.raises(ConfigurationError, match="to answer, got") as refused:
        Store.open(Settings(home=tmp_path / "home", database_url=url))
    assert "hidden-word" not in str(refused.value)
    assert not (tmp_path / "home").exists()


def test_who_waits_too_long_for_another_writer_gives_up_and_has_changed_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Store.open(settings)) as slow:
        monkeypatch.setattr(engines, "LOCK_TIMEOUT_S", 0.2)
        with closing(Store.open(settings)) as store:
            with slow.backing.database.writing(), pytest.raises(OperationalError, match="lock timeout"):
                store.subjects.create("Ann", None, actor="test")
            assert store.subjects.create("Ann", None, actor="test")
            assert store.audit.head()[0] == 1


def test_a_destroyed_key_leaves_the_tables_file_unless_somebody_may_still_look_at_it(
    processes: tuple[Store, Store], settings: Settings, postgres_server: PostgresServer
) -> None:
    store, reader = processes
    gallery(store)
    ann, bob = agreed(store, "Ann"), agreed(store, "Bob")
    name = settings.sqlalchemy_url.rpartition("/citygate_")[2].partition("?")[0]

    def on_disk(wrapped: bytes) -> bool:
        with closing(postgres_server.connect(f"citygate_{name}")) as connection:
            connection.execute("CHECKPOINT")
            path = connection.execute("SELECT pg_relation_filepath('data_keys')").fetchone()
        assert path is not None
        return wrapped in (postgres_server.folder / "data" / path[0]).read_bytes()

    keys = {}
    with store.backing.database.reading() as session:
        for subject in (ann, bob):
            keys[subject.id] = session.scalar(select(DataKeyRow.wrapped).where(DataKeyRow.subject_id == subject.id))
    assert all(on_disk(wrapped or b"") for wrapped in keys.values())

    assert store.subjects.erase(ann.id, actor="test").traces_cleared
    assert not on_disk(keys[ann.id] or b"")
    with reader.backing.database.reading() as session:
        session.scalars(select(SubjectRow.id)).all()
        assert not store.subjects.erase(bob.id, actor="test").traces_cleared
    Sweeper(store, settings).sweep_once()
    assert not on_disk(keys[bob.id] or b"")
