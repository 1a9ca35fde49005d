"""The schema's history: what it makes is what the models say, and a store of the last release becomes one of this."""

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, inspect, text

from pipelines.records import migrations
from pipelines.records.facts import ROOT_KEY, SCHEMA_VERSION, read_facts
from pipelines.records.ledger import read_ledger
from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.records.tables import Base
from pipelines.settings import Settings
from tests.fakes import NOW, FakeClock
from tests.pipelines.garage import LOT, PLATE
from tests.pipelines.records.people import GALLERY, PURPOSE, embedding
from tests.servers.databases import ON_BOTH
from vision.errors import ConfigurationError, WrongMasterKey

# Written by the code of release 0.1.0 under the master key 00 01 02 ... 1f: two subjects, of whom Bob was erased, an
# enrolment, a decision, a camera, a key, a car inside a lot, a street case; `sqlite3 citygate.db .dump`.
LAST_RELEASE = Path(__file__).with_name("schema_3.sql")
MASTER = bytes(range(32))
TOKEN = "cg_a5003ac0b350466d_37vFaCzDYCx9uIDdw0hV1NXC3pPl11PWMcabHspChD8"


@pytest.fixture
def empty_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database of either kind."""
    return (
        f"sqlite:///{tmp_path / 'empty.db'}" if database_kind == "sqlite" else request.getfixturevalue("postgres_url")
    )


@pytest.fixture
def released(settings: Settings) -> Settings:
    """The home of an installation of the last release."""
    settings.home.mkdir(mode=0o700)
    (settings.home / "master.key").write_bytes(base64.b64encode(MASTER))
    with closing(sqlite3.connect(settings.home / "citygate.db")) as connection:
        connection.executescript(LAST_RELEASE.read_text(encoding="utf-8"))
    return settings


@ON_BOTH
def test_what_the_history_makes_is_what_the_models_say(empty_url: str) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        migrations.upgrade(connection)
        assert migrations.differences(connection, Base.metadata) == []
        made = set(inspect(connection).get_table_names())
    assert made == set(Base.metadata.tables) | {"alembic_version"}
    engine.dispose()


@ON_BOTH
def test_a_new_store_is_stamped_with_the_latest_schema(settings: Settings, store: Store) -> None:
    with store.backing.database.engine.connect() as connection:
        stamped = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        assert migrations.differences(connection, Base.metadata) == []
    assert stamped == [migrations.latest()]
    assert read_facts(settings.sqlalchemy_url)[SCHEMA_VERSION].decode() == migrations.latest()


def test_a_store_of_the_last_release_is_upgraded_without_loss(released: Settings) -> None:
    with closing(Store.open(released, FakeClock())) as store:
        ann = store.subjects.find("E-17")
        assert ann.label == "Ann Miller"
        assert store.consents.holds(ann.id, PURPOSE)
        [template] = store.templates.of_subject(ann.id, GALLERY)
        np.testing.assert_array_equal(template.embedding.vector, embedding(1).vector)
        assert [made.subject_id for made in store.decisions.list().items] == [ann.id]
        assert store.cameras.get("north-1").url == "rtsp://user:word@10.0.0.7/live"
        assert store.keys.authenticate(TOKEN).name == "door"
        assert [stay.plate for stay in store.parking.sessions.list(lot_id=LOT).items] == [PLATE]
        assert len(store.street.cases.list().items) == 1
        assert [event.seq for event in store.events.list()] == [1, 2, 3, 4, 5, 6]
        # 15 entries of the release, none of this one's
        assert (store.audit.verify_chain(), store.audit.head()[0]) == (None, 15)
        with store.backing.database.engine.connect() as connection:
            assert migrations.differences(connection, Base.metadata) == []
    assert read_facts(released.sqlalchemy_url)[SCHEMA_VERSION].decode() == migrations.latest()


def test_whom_the_last_release_erased_is_in_the_ledger(released: Settings) -> None:
    with closing(Store.open(released, FakeClock())) as store:
        [entry] = store.backing.ledger.entries()
        Sweeper(store, released).sweep_once()
    assert (entry.kind, entry.target[:4], entry.at) == ("subject", "sub_", NOW)
    assert read_ledger(released.erasure_ledger_file) == {entry}


def test_an_upgraded_store_is_opened_again_and_takes_what_is_new(released: Settings) -> None:
    for label in ("Cleo", "Dan"):
        with closing(Store.open(released, FakeClock())) as store:
            store.subjects.create(label, None, actor="test")
    with closing(Store.open(released, FakeClock())) as store:
        assert [subject.label for subject in store.subjects.list().items] == ["Ann Miller", "Cleo", "Dan"]
    # Its hashes and seals follow from its first master key until that is rotated.
    assert ROOT_KEY not in read_facts(released.sqlalchemy_url)


def test_the_copy_of_before_stays_until_something_personal_is_removed(released: Settings) -> None:
    copy = released.home / "citygate.db.schema-3"
    with closing(Store.open(released, FakeClock())) as store:
        assert copy.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT count(*) FROM subjects").fetchone() == (1,)
            assert connection.execute("SELECT value FROM store_facts WHERE name = 'schema_version'").fetchone() == (
                b"3",
            )
        store.subjects.erase(store.subjects.find("E-17").id, actor="test")
        assert not copy.exists()


def test_the_copy_of_before_goes_after_a_week(released: Settings) -> None:
    copy = released.home / "citygate.db.schema-3"
    clock = FakeClock()
    with closing(Store.open(released, clock)) as store:
        sweeper = Sweeper(store, released)
        clock.now = clock.now.fromtimestamp(copy.stat().st_mtime, clock.now.tzinfo)
        clock.advance(7 * 86_400 - 60)
        sweeper.sweep_once()
        assert copy.exists()
        clock.advance(120)
        sweeper.sweep_once()
        assert not copy.exists()


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(released: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = migrations.upgrade

    def fail(connection: object) -> None:
        upgrade(connection)
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "upgrade", fail)
        with pytest.raises(ZeroDivisionError):
            Store.open(released)
    facts = read_facts(released.sqlalchemy_url, with_log=True)
    assert facts[SCHEMA_VERSION] == b"3"
    with closing(Store.open(released, FakeClock())) as store:
        assert store.subjects.find("E-17").label == "Ann Miller"


def test_a_wrong_master_key_upgrades_nothing(released: Settings) -> None:
    (released.home / "master.key").write_bytes(base64.b64encode(bytes(32)))
    before = (released.home / "citygate.db").read_bytes()
    with pytest.raises(WrongMasterKey):
        Store.open(released)
    assert (released.home / "citygate.db").read_bytes() == before


def test_without_room_for_the_copy_nothing_is_upgraded(released: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("pipelines.records.schema.copy_sqlite", full)
    with pytest.raises(ConfigurationError, match="got database or disk is full"):
        Store.open(released)
    assert read_facts(released.sqlalchemy_url, with_log=True)[SCHEMA_VERSION] == b"3"
