import sqlite3
import threading
from pathlib import Path

import pytest

from pipelines.records.store import Store
from pipelines.records.values import AuditNote
from pipelines.settings import Settings


def _append(store: Store, count: int) -> None:
    for number in range(count):
        store.audit.append(AuditNote("test", "thing.done", f"thing_{number}", {"number": number}))


def _tamper(settings: Settings, statement: str) -> None:
    connection = sqlite3.connect(settings.home / "citygate.db")
    with connection:
        connection.execute(statement)
    connection.close()


def test_an_empty_chain_is_whole(store: Store) -> None:
    assert store.audit.verify_chain() is None
    assert store.audit.head() == (0, bytes(32))


def test_each_entry_is_bound_to_the_one_before(store: Store) -> None:
    _append(store, 3)
    entries = store.audit.list().items
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.previous_hash for entry in entries] == [bytes(32), entries[0].hash, entries[1].hash]
    assert entries[2].note == AuditNote("test", "thing.done", "thing_2", {"number": 2})
    assert store.audit.head() == (3, entries[2].hash)
    assert store.audit.verify_chain() is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'somebody else' WHERE seq = 2", 2),
        ("UPDATE audit SET details = '{}' WHERE seq = 3", 3),
        ("UPDATE audit SET details = 'no json' WHERE seq = 3", 3),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 1", 1),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq >= 4", 4),
        ("DELETE FROM audit", 1),
        ("UPDATE audit_head SET hash = zeroblob(32)", 5),
        (
            "INSERT INTO audit (at, actor, action, details, previous_hash, hash)"
            " SELECT at, actor, action, details, hash, hash FROM audit WHERE seq = 5",
            6,
        ),
    ],
)
def test_whatever_is_changed_or_taken_out_is_found(
    store: Store, settings: Settings, statement: str, broken: int
) -> None:
    _append(store, 5)
    _tamper(settings, statement)
    assert store.audit.verify_chain() == broken


def test_a_change_beyond_one_read_is_found(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.records.audit.VERIFY_ROWS", 2)
    _append(store, 5)
    assert store.audit.verify_chain() is None
    _tamper(settings, "UPDATE audit SET target = 'x' WHERE seq = 5")
    assert store.audit.verify_chain() == 5


def test_threads_of_two_stores_do_not_fork_the_chain(store: Store, settings: Settings) -> None:
    other = Store.open(settings)
    threads = [threading.Thread(target=_append, args=(one, 10)) for one in (store, store, other, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert store.audit.head()[0] == 40
    assert store.audit.verify_chain() is None


def test_an_act_and_its_entry_are_kept_together_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(store.backing.vault, "chain_hash", refuse)
    with pytest.raises(OSError, match="no"):
        store.subjects.create("Ann", None, actor="test")
    assert store.subjects.list().items == ()
    assert store.audit.head()[0] == 0


def test_the_log_holds_no_names(store: Store, tmp_path: Path) -> None:
    subject = store.subjects.create("Ann Miller", "E-17", actor="test")
    store.consents.record(subject.id, "access", evidence="form of Ann", expires_at=None, actor="test")
    store.subjects.erase(subject.id, actor="test")
    words = repr(store.audit.list().items)
    assert [entry.note.action for entry in store.audit.list().items] == [
        "subject.created",
        "consent.recorded",
        "subject.erased",
    ]
    assert "Ann" not in words
    assert "E-17" not in words
