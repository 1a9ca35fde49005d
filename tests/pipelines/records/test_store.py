import base64
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from pipelines.records import migrations
from pipelines.records.store import Store
from pipelines.records.tables import Base, StoreFactRow
from pipelines.settings import Settings
from tests.pipelines.records.people import agreed
from vision.errors import ConfigurationError, WrongMasterKey

OTHER_KEY = SecretStr(base64.b64encode(bytes(32)).decode())

# A store that is killed with its log on the disk.
KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.records.store import Store
from pipelines.settings import Settings
Store.open(Settings(home=Path(sys.argv[1]))).subjects.create("Ann", None, actor="test")
os.kill(os.getpid(), signal.SIGKILL)
"""


def _contents(folder: Path) -> dict[str, bytes]:
    """Without the shared memory: it holds nothing, and every process that reads makes it anew."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if not file.name.endswith("-shm")}


def test_a_store_keeps_what_it_was_given_over_a_restart(settings: Settings) -> None:
    store = Store.open(settings)
    subject = agreed(store)
    store.close()
    again = Store.open(settings)
    assert again.subjects.get(subject.id) == subject
    assert again.audit.verify_chain() is None
    again.close()


def test_the_files_are_readable_by_their_owner_only(store: Store, settings: Settings) -> None:
    agreed(store)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in settings.home.iterdir()}
    assert modes["citygate.db"] == modes["citygate.db-wal"] == modes["master.key"] == "0o600"
    assert settings.home.stat().st_mode & 0o777 == 0o700


def test_a_wrong_master_key_refuses_to_start_and_changes_nothing(settings: Settings) -> None:
    store = Store.open(settings)
    agreed(store)
    store.close()
    before = _contents(settings.home)
    with pytest.raises(WrongMasterKey):
        Store.open(settings.model_copy(update={"master_key": OTHER_KEY}))
    assert _contents(settings.home) == before


def test_a_wrong_master_key_leaves_the_log_of_a_killed_process_alone(settings: Settings) -> None:
    command = [sys.executable, "-c", KILLED, str(settings.home)]
    with subprocess.Popen(command, env=_environment()) as process:  # noqa: S603  our own interpreter and script
        assert process.wait() == -signal.SIGKILL
    before = _contents(settings.home)
    assert before["citygate.db-wal"]
    with pytest.raises(WrongMasterKey):
        Store.open(settings.model_copy(update={"master_key": OTHER_KEY}))
    assert _contents(settings.home) == before
    store = Store.open(settings)
    assert len(store.subjects.list().items) == 1
    store.close()


def test_a_lost_master_key_refuses_to_start_and_no_new_one_is_made(settings: Settings) -> None:
    Store.open(settings).close()
    (settings.home / "master.key").unlink()
    before = _contents(settings.home)
    with pytest.raises(WrongMasterKey, match="missing"):
        Store.open(settings)
    assert _contents(settings.home) == before


def test_a_file_that_is_no_database_is_refused_and_stays_as_it_is(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "citygate.db").write_bytes(b"something else entirely" * 100)
    before = _contents(settings.home)
    with pytest.raises(ConfigurationError, match="got another file"):
        Store.open(settings)
    assert _contents(settings.home) == before


def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted sqlite or postgresql, got mysql"):
        Store.open(Settings(home=tmp_path, database_url="mysql://localhost/citygate"))


def test_a_start_that_was_cut_off_after_making_the_file_is_made_good(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "citygate.db").touch()
    store = Store.open(settings)
    assert store.subjects.list().items == ()
    store.close()


def test_a_store_of_another_schema_is_refused(settings: Settings) -> None:
    store = Store.open(settings)
    with store.backing.database.writing() as transaction:
        fact = update(StoreFactRow).where(StoreFactRow.name == "schema_version")
        transaction.session.execute(fact.values(value=b"99"))
    store.close()
    with pytest.raises(ConfigurationError, match=f"wanted schema 3 to {migrations.latest()}, got 99"):
        Store.open(settings)


def test_sqlite_is_set_to_keep_what_was_answered_and_to_wipe_what_was_deleted(store: Store) -> None:
    with store.backing.database.engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    # synchronous 2 is FULL
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10000}
    assert found == expected


def test_an_exception_takes_everything_back(store: Store) -> None:
    def half() -> None:
        with store.backing.database.writing() as transaction:
            transaction.session.add(StoreFactRow(name="half", value=b"done"))
            transaction.session.flush()
            transaction.afterwards(lambda: pytest.fail("called after a rollback"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with store.backing.database.reading() as session:
        assert session.get(StoreFactRow, "half") is None


def test_the_tables_can_be_made_on_postgresql() -> None:
    statements = [
        str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in Base.metadata.sorted_tables
    ]
    assert len(statements) == 38
    assert all("BIGSERIAL" in made for made in statements if "seq" in made and "audit_head" not in made)


def test_no_table_but_templates_has_a_place_for_a_vector() -> None:
    places = [f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns]
    assert [place for place in places if "vector" in place or "embedding" in place] == ["templates.vector"]


def test_ping_tells_when_the_database_is_gone(store: Store, settings: Settings) -> None:
    store.ping()
    with sqlite3.connect(settings.home / "citygate.db") as connection:
        connection.execute("DROP TABLE audit_head")
    connection.close()
    with pytest.raises(Exception, match="no such table"):
        store.ping()


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}


def test_a_checkpoint_that_was_cut_off_keeps_nobody_from_opening_the_store(tmp_path: Path) -> None:
    home, left = tmp_path / "home", tmp_path / "left"
    store = Store.open(Settings(home=home))
    for number in range(60):
        store.subjects.create(f"person {number}" + "x" * 2000, None, actor="test")
    shutil.copytree(home, left)  # as a killed process leaves it: all of it is in the log
    store.close()
    file, log = left / "citygate.db", left / "citygate.db-wal"
    _put_first_page_of_log(log.read_bytes(), file)
    again = Store.open(Settings(home=left))
    assert len(again.subjects.list(limit=100).items) == 60
    again.close()


def _put_first_page_of_log(log: bytes, file: Path) -> None:
    """What a checkpoint writes first: the header says how long the file is to be, before it is."""
    page_bytes = int.from_bytes(log[8:12], "big")
    frames = [log[start : start + 24 + page_bytes] for start in range(32, len(log), 24 + page_bytes)]
    newest = [frame[24:] for frame in frames if int.from_bytes(frame[:4], "big") == 1][-1]
    with file.open("r+b") as database:
        database.write(newest)
    alone = sqlite3.connect(f"file:{file}?immutable=1", uri=True)
    with closing(alone), pytest.raises(sqlite3.DatabaseError, match="malformed"):
        alone.execute("SELECT name FROM store_facts").fetchall()
