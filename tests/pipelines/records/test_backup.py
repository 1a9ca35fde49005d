"""Backups of a store that goes on, and what comes back from them: all that was there, but for what was erased since."""

import json
import shutil
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from pipelines.records.archive import MANIFEST
from pipelines.records.backup import back_up
from pipelines.records.ledger import read_ledger
from pipelines.records.restore import EVENT_GAP, Restored, restore
from pipelines.records.rotation import rotate_master_key
from pipelines.records.store import Store
from pipelines.records.tables import DataKeyRow
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.garage import LOT, OTHER, PLATE, Garage
from tests.pipelines.records.people import GALLERY, PURPOSE, agreed, decision, embedding, enrolled, gallery, told
from tests.servers.databases import ON_BOTH
from vision.errors import ConfigurationError, Conflict, NotFound, StoreReplaced, WrongMasterKey

PICTURE = b"\xff\xd8 a picture \xff\xd9"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup goes."""
    return tmp_path / "monday.backup"


def brought_back(settings: Settings, file: Path, **options: object) -> Restored:
    return restore(settings, file, actor="operator", **options)


def elsewhere(settings: Settings, home: Path) -> Settings:
    """A new installation on SQLite, given the master key of the lost one."""
    home.mkdir(mode=0o700)
    shutil.copy(settings.home / "master.key", home)
    return Settings(home=home)


def changed(file: Path, needle: bytes, by: bytes) -> None:
    content = file.read_bytes()
    assert needle in content
    assert len(needle) == len(by)
    file.write_bytes(content.replace(needle, by, 1))


@ON_BOTH
def test_what_was_there_comes_back_and_what_was_erased_since_does_not(
    store: Store, settings: Settings, clock: FakeClock, file: Path
) -> None:
    gallery(store, keep_photographs=True)
    ann, bob, cleo = (enrolled(store, seed, label=label) for seed, label in ((1, "Ann"), (2, "Bob"), (3, "Cleo")))
    for subject in (ann, cleo):
        store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    [consent] = store.consents.list(bob.id).items
    key, token = store.keys.create("door", ["read"], ["*"], None, actor="test")
    made = decision(clock(), ann.id)
    store.decisions.record(made, told(made))
    back_up(store, file, actor="operator")
    assert file.stat().st_mode & 0o777 == 0o600

    store.subjects.erase(ann.id, actor="test")
    store.consents.withdraw(consent.id, actor="test")
    store.keys.revoke(key.id, actor="test")
    later, events = agreed(store, "Dan"), store.events.latest_seq()
    done = brought_back(settings, file)

    assert (done.replayed, done.pictures) == (3, 2)
    with pytest.raises(StoreReplaced, match="start anew"):
        store.subjects.create("Eve", None, actor="test")
    with pytest.raises(StoreReplaced):
        store.ping()
    with closing(Store.open(settings, clock)) as again:
        assert [subject.label for subject in again.subjects.list().items] == ["Bob", "Cleo"]
        for gone in (ann.id, later.id):
            with pytest.raises(NotFound):
                again.subjects.get(gone)
        with again.backing.database.reading() as session:
            wrapped = session.scalar(select(DataKeyRow.wrapped).where(DataKeyRow.subject_id == ann.id))
        assert wrapped is not None
        assert not any(wrapped)
        assert [entry.subject_id for entry in again.templates.list().items] == [cleo.id]
        [photograph] = again.photographs.list(cleo.id)
        assert again.photographs.read(photograph.id) == PICTURE
        assert len(list((settings.home / "evidence").iterdir())) == 1
        with pytest.raises(NotFound):
            again.keys.authenticate(token)
        assert [decided.subject_id for decided in again.decisions.list().items] == [None]
        # Nobody who followed the events takes a new one for one that it has seen.
        assert again.events.append(told(decision(clock()))).seq > events + EVENT_GAP - 10
        acts = [entry.note.action for entry in again.audit.list(limit=500).items]
        assert (acts.count("subject.erased"), acts.count("store.backed_up"), acts[-1]) == (1, 1, "store.restored")
        assert again.audit.verify_chain() is None


@ON_BOTH
def test_a_lost_store_comes_back_elsewhere_without_those_whom_the_ledger_names(
    store: Store, settings: Settings, file: Path, tmp_path: Path
) -> None:
    gallery(store)
    ann, bob = enrolled(store, 1, label="Ann", reference="E-1"), enrolled(store, 2, label="Bob", reference="E-2")
    back_up(store, file, actor="operator")
    store.subjects.erase(ann.id, actor="test")
    entry = store.audit.head()[0]
    store.close()
    new = elsewhere(settings, tmp_path / "new")
    done = brought_back(new, file, ledgers=[settings.erasure_ledger_file])
    assert done.replayed == 1
    with closing(Store.open(new)) as again:
        assert again.subjects.find("E-2").id == bob.id
        [template] = again.templates.of_subject(bob.id, GALLERY)
        assert template.embedding.vector.tolist() == embedding(2).vector.tolist()
        with pytest.raises(NotFound):
            again.subjects.find("E-1")
        assert again.subjects.create("Cleo", None, actor="test")
        assert again.audit.verify_chain() is None
        assert again.audit.head()[0] >= entry
    assert {note.target for note in read_ledger(new.erasure_ledger_file)} == {ann.id}


@pytest.mark.postgres
def test_an_installation_moves_from_sqlite_to_postgresql(
    store: Store, settings: Settings, file: Path, tmp_path: Path, postgres_url: str, clock: FakeClock
) -> None:
    gallery(store)
    ann = enrolled(store, 1, label="Ann")
    made = decision(clock(), ann.id)
    store.decisions.record(made, told(made))
    back_up(store, file, actor="operator")
    new = elsewhere(settings, tmp_path / "new").model_copy(update={"database_url": postgres_url})
    brought_back(new, file)
    with closing(Store.open(new, clock)) as grown:
        assert grown.subjects.get(ann.id) == ann
        assert grown.decisions.list().items == store.decisions.list().items
        assert grown.events.list() == store.events.list()
        assert enrolled(grown, 2, label="Bob").id != ann.id
        assert grown.audit.verify_chain() is None


def test_a_forgotten_car_stays_forgotten_and_one_that_came_again_stays(garage: Garage, file: Path) -> None:
    garage.enter(PLATE)
    garage.records.forget_plate(PLATE, actor="test")
    garage.wait(1)
    # Its driver comes again, and this time nobody asks to be forgotten.
    garage.enter(PLATE)
    garage.enter(OTHER)
    back_up(garage.store, file, actor="operator")
    garage.wait(1)
    garage.records.forget_plate(OTHER, actor="test")
    assert brought_back(garage.settings, file).replayed == 1
    with closing(Store.open(garage.settings, garage.clock)) as again:
        assert [stay.plate for stay in again.parking.sessions.list(lot_id=LOT).items] == [PLATE]


def test_a_backup_of_a_busy_store_is_one_state_of_it(store: Store, settings: Settings, file: Path) -> None:
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            store.subjects.create("Ann", None, actor="test")

    writer = threading.Thread(target=write)
    writer.start()
    manifest = back_up(store, file, actor="operator")
    done.set()
    writer.join()
    assert manifest.numbers.get("subjects", 0) == manifest.audit_seq - 1
    assert brought_back(settings, file, only_check=True).rows == 0
    assert store.subjects.create("Bob", None, actor="test")


def test_a_backup_that_was_cut_off_or_changed_replaces_nothing(store: Store, settings: Settings, file: Path) -> None:
    ann = store.subjects.create("Ann", None, actor="a-known-actor")
    back_up(store, file, actor="operator")
    whole = file.read_bytes()
    store.subjects.create("Bob", None, actor="test")
    head = store.audit.head()

    def refused(match: str) -> None:
        with pytest.raises(ConfigurationError, match=match):
            brought_back(settings, file)

    changed(file, b"a-known-actor", b"another-actor")
    refused("cut off or changed")
    for size in (len(whole) // 2, 700, 0):
        file.write_bytes(whole[:size])
        refused("wanted a whole backup")
    file.write_bytes(b"something else entirely" * 1000)
    refused("wanted a whole backup")
    file.unlink()
    refused("No such file")
    assert store.audit.head() == head
    store.ping()
    assert store.subjects.get(ann.id) == ann
    assert [entry.name for entry in settings.home.iterdir() if entry.name.startswith(".restore-")] == []


def test_a_manifest_that_fits_a_changed_database_needs_the_stores_own_key(
    store: Store, settings: Settings, file: Path, tmp_path: Path
) -> None:
    back_up(store, file, actor="operator")
    (tmp_path / "open").mkdir()
    with tarfile.open(file) as archive:
        for name in ("citygate.db", MANIFEST):
            member = archive.extractfile(name)
            assert member is not None
            (tmp_path / "open" / name).write_bytes(member.read())
    path = tmp_path / "open" / MANIFEST
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps(manifest | {"audit_seq": 0}))
    with tarfile.open(file, "w") as archive:
        archive.add(tmp_path / "open" / "citygate.db", "citygate.db")
        archive.add(path, MANIFEST)
    with pytest.raises(ConfigurationError, match="of this store's own key"):
        brought_back(settings, file)


def test_a_member_that_would_leave_the_folder_is_refused(settings: Settings, store: Store, file: Path) -> None:
    with tarfile.open(file, "w") as archive:
        archive.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(ConfigurationError, match=r"got '\.\./outside' in it"):
        brought_back(settings, file)


def test_a_backup_under_another_master_key_is_refused(
    store: Store, settings: Settings, file: Path, tmp_path: Path
) -> None:
    back_up(store, file, actor="operator")
    other = Settings(home=tmp_path / "other")
    Store.open(other).close()
    with pytest.raises(WrongMasterKey):
        brought_back(other, file)


def test_a_store_that_went_another_way_is_not_replaced(
    store: Store, settings: Settings, file: Path, tmp_path: Path
) -> None:
    store.subjects.create("Ann", None, actor="test")
    back_up(store, file, actor="operator")
    other = elsewhere(settings, tmp_path / "other")
    with closing(Store.open(other)) as another:
        another.subjects.create("Bob", None, actor="test")
        with pytest.raises(Conflict, match="move it away first"):
            brought_back(other, file)
        assert [subject.label for subject in another.subjects.list().items] == ["Bob"]


@ON_BOTH
def test_a_restore_that_fails_leaves_the_store_as_it_was(
    store: Store, settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(store, file, actor="operator")
    ann = agreed(store)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.records.restore.begin_epoch", fail)
        with pytest.raises(ZeroDivisionError):
            brought_back(settings, file)
    assert store.subjects.get(ann.id) == ann
    assert agreed(store, "Bob")


def test_an_erasure_during_the_restore_stops_it(
    store: Store, settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = agreed(store)
    back_up(store, file, actor="operator")
    # After the ledger was read, and before the store is locked.
    monkeypatch.setattr(
        "pipelines.records.restore._copy_pictures", lambda *_: store.subjects.erase(ann.id, actor="test")
    )
    with pytest.raises(Conflict, match="begin again"):
        brought_back(settings, file)
    with pytest.raises(NotFound):
        store.subjects.get(ann.id)


def test_a_backup_from_before_a_rotation_needs_the_key_of_its_time(
    store: Store, settings: Settings, file: Path, tmp_path: Path
) -> None:
    gallery(store)
    ann = enrolled(store, 1, label="Ann")
    back_up(store, file, actor="operator")
    old = tmp_path / "old.key"
    shutil.copy(settings.home / "master.key", old)
    rotate_master_key(settings, None, actor="operator")
    with pytest.raises(WrongMasterKey):
        brought_back(settings, file)
    brought_back(settings, file, key_file=old)
    with closing(Store.open(settings)) as again:
        assert again.subjects.get(ann.id) == ann
        assert len(again.templates.of_subject(ann.id, GALLERY)) == 1
        assert again.consents.holds(ann.id, PURPOSE)


def test_a_file_that_exists_is_not_overwritten(store: Store, file: Path) -> None:
    file.write_text("last week's")
    with pytest.raises(ConfigurationError, match="wanted a new file"):
        back_up(store, file, actor="operator")
    assert file.read_text() == "last week's"


def test_a_ledger_that_cannot_be_written_is_written_later(
    store: Store, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.erasure_ledger_file.mkdir()
    ann, bob = agreed(store, "Ann"), agreed(store, "Bob")
    assert store.subjects.erase(ann.id, actor="test").traces_cleared
    assert "cannot be written" in caplog.text
    settings.erasure_ledger_file.rmdir()
    settings.erasure_ledger_file.write_bytes(b'{"at": "2026-11')
    store.subjects.erase(bob.id, actor="test")
    assert {note.target for note in read_ledger(settings.erasure_ledger_file)} == {ann.id, bob.id}
    assert settings.erasure_ledger_file.read_bytes().count(b"\n") == 2
    settings.erasure_ledger_file.write_bytes(b'{"at": "2026-11"}\n')
    with pytest.raises(ConfigurationError, match="no entry of one"):
        read_ledger(settings.erasure_ledger_file)
