"""Another master key: everything opens with it, nothing with the old one, wherever the rotation was cut off."""

import base64
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from pipelines.records.gate_values import Camera
from pipelines.records.rotation import rotate_master_key
from pipelines.records.store import Store
from pipelines.records.tables import DataKeyRow
from pipelines.settings import Settings
from tests.fakes import NOW, FakeClock
from tests.pipelines.garage import LOT, PLATE, Garage
from tests.pipelines.records.people import GALLERY, agreed, embedding, enrolled, gallery
from tests.servers.databases import ON_BOTH
from vision.errors import ConfigurationError, SealBroken, StoreReplaced, WrongMasterKey

ADDRESS = "rtsp://user:word@10.0.0.7/live"

# A rotation that is killed when it comes to the step that is named.
KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.records import rotation
from pipelines.settings import Settings
setattr(rotation, sys.argv[2], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
rotation.rotate_master_key(Settings(home=Path(sys.argv[1])), None, actor="operator")
"""


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@ON_BOTH
def test_everything_opens_with_the_new_key_and_nothing_with_the_old_one(store: Store, settings: Settings) -> None:
    gallery(store, keep_photographs=True)
    ann, bob = enrolled(store, 1, label="Ann", reference="E-1"), agreed(store, "Bob")
    store.photographs.add(ann.id, GALLERY, b"picture", actor="test")
    store.cameras.create(Camera("north-1", ADDRESS, "face", NOW), actor="test")
    store.subjects.erase(bob.id, actor="test")
    old = (settings.home / "master.key").read_text()

    # Ann's; Bob's is gone, and no rotation brings it back.
    assert rotate_master_key(settings, None, actor="operator") == 1

    with pytest.raises(StoreReplaced):
        agreed(store, "Cleo")
    with pytest.raises(SealBroken):
        store.subjects.get(ann.id)
    assert (settings.home / "master.key").read_text() != old
    assert (settings.home / "master.key").stat().st_mode & 0o777 == 0o600
    assert not (settings.home / "master.key.next").exists()
    with pytest.raises(WrongMasterKey):
        Store.open(settings.model_copy(update={"master_key": SecretStr(old.strip())}))
    with closing(Store.open(settings)) as again:
        assert again.subjects.find("E-1") == ann
        [template] = again.templates.of_subject(ann.id, GALLERY)
        assert template.embedding.vector.tolist() == embedding(1).vector.tolist()
        [photograph] = again.photographs.list(ann.id)
        assert again.photographs.read(photograph.id) == b"picture"
        assert again.cameras.get("north-1").url == ADDRESS
        with again.backing.database.reading() as session:
            wrapped = session.scalar(select(DataKeyRow.wrapped).where(DataKeyRow.subject_id == bob.id))
        assert not any(wrapped or b"x")
        note = again.audit.list(limit=500).items[-1].note
        assert (note.actor, note.action, note.details) == ("operator", "store.master_key_rotated", {"keys": 1})
        assert again.audit.verify_chain() is None
        assert agreed(again, "Cleo")


def test_plates_are_found_and_their_pictures_opened_after_a_rotation(garage: Garage) -> None:
    observation = garage.enter(PLATE).observation_id
    garage.rules(keep_evidence=True)
    garage.records.evidence.keep(observation, b"picture")
    public = garage.parking.public_key()
    garage.close()
    assert rotate_master_key(garage.settings, None, actor="operator") == 1
    with closing(Store.open(garage.settings, garage.clock)) as store:
        assert store.parking.evidence.read(observation) == b"picture"
        assert [stay.plate for stay in store.parking.sessions.list(lot_id=LOT, plate=PLATE).items] == [PLATE]
        assert store.backing.vault.signer.public_key().public_bytes_raw() == public


@pytest.mark.parametrize("step", ["begin_epoch", "_take_over"])
def test_a_rotation_that_was_killed_is_either_begun_anew_or_finished(
    step: str, store: Store, settings: Settings
) -> None:
    ann = agreed(store)
    store.close()
    old = (settings.home / "master.key").read_text()
    command = [sys.executable, "-c", KILLED, str(settings.home), step]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603  our own interpreter and script
        assert process.wait() == -signal.SIGKILL
    assert (settings.home / "master.key").read_text() == old
    assert (settings.home / "master.key.next").exists()
    with closing(Store.open(settings, FakeClock())) as again:
        assert again.subjects.get(ann.id).label == ann.label
        rotated = [entry for entry in again.audit.list().items if entry.note.action == "store.master_key_rotated"]
        assert len(rotated) == (step == "_take_over")
    assert ((settings.home / "master.key").read_text() == old) == (step == "begin_epoch")
    assert rotate_master_key(settings, None, actor="operator") == 1
    with pytest.raises(WrongMasterKey):
        Store.open(settings.model_copy(update={"master_key": SecretStr(old.strip())}))
    with closing(Store.open(settings)) as again:
        assert again.subjects.get(ann.id).label == ann.label


def test_a_key_in_the_environment_is_exchanged_for_one_that_is_given(settings: Settings, tmp_path: Path) -> None:
    settings = settings.model_copy(update={"master_key": SecretStr(encoded(bytes(range(32))))})
    with closing(Store.open(settings)) as store:
        ann = agreed(store)
    with pytest.raises(ConfigurationError, match="wanted a file with the key that will take its place"):
        rotate_master_key(settings, None, actor="operator")
    new = tmp_path / "new.key"
    new.write_text(encoded(bytes(range(32))))
    with pytest.raises(ConfigurationError, match="got the one that is in use"):
        rotate_master_key(settings, new, actor="operator")
    new.write_text(encoded(bytes(32)))
    assert rotate_master_key(settings, new, actor="operator") == 1
    with pytest.raises(WrongMasterKey):
        Store.open(settings)
    with closing(Store.open(settings.model_copy(update={"master_key": SecretStr(encoded(bytes(32)))}))) as again:
        assert again.subjects.get(ann.id) == ann


def test_a_rotation_that_fails_leaves_the_old_key_in_use(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = agreed(store)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.records.rotation.begin_epoch", fail)
        with pytest.raises(ZeroDivisionError):
            rotate_master_key(settings, None, actor="operator")
    assert store.subjects.get(ann.id) == ann
    assert agreed(store, "Bob")
    with closing(Store.open(settings)) as again:
        assert again.subjects.get(ann.id) == ann
