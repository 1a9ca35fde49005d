from pathlib import Path

import pytest

from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.pipelines.records.people import GALLERY, agreed, gallery, key
from vision.errors import Conflict, NoConsent, NotFound, SealBroken

PICTURE = b"\xff\xd8 a picture of Ann \xff\xd9"


def _files(settings: Settings) -> list[Path]:
    return sorted((settings.home / "evidence").glob("*"))


def test_a_photograph_comes_back_and_lies_sealed_in_a_file(store: Store, settings: Settings) -> None:
    gallery(store, keep_photographs=True)
    subject = agreed(store)
    made = store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    assert store.photographs.list(subject.id) == (made,)
    assert store.photographs.read(made.id) == PICTURE
    [file] = _files(settings)
    assert b"a picture of Ann" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_no_photograph_is_kept_unless_the_gallery_says_so(store: Store, settings: Settings) -> None:
    gallery(store)
    with pytest.raises(Conflict, match="keeps photographs"):
        store.photographs.add(agreed(store).id, GALLERY, PICTURE, actor="test")
    assert _files(settings) == []


def test_no_photograph_is_kept_without_a_consent(store: Store, settings: Settings) -> None:
    gallery(store, keep_photographs=True)
    subject = store.subjects.create("Ann", None, actor="test")
    with pytest.raises(NoConsent):
        store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    assert _files(settings) == []


def test_photographs_go_with_the_consent(store: Store, settings: Settings) -> None:
    gallery(store, keep_photographs=True)
    subject = agreed(store)
    made = store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    store.consents.withdraw(store.consents.list(subject.id).items[0].id, actor="test")
    assert _files(settings) == []
    with pytest.raises(NotFound):
        store.photographs.read(made.id)


def test_photographs_go_with_the_gallery(store: Store, settings: Settings) -> None:
    gallery(store, keep_photographs=True)
    subject = agreed(store)
    store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    store.galleries.delete(GALLERY, actor="test")
    assert _files(settings) == []
    assert store.photographs.list(subject.id) == ()


def test_files_that_were_exchanged_do_not_open(store: Store, settings: Settings) -> None:
    gallery(store, keep_photographs=True)
    subject = agreed(store)
    first = store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    second = store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    folder = settings.home / "evidence"
    (folder / f"{first.id}.sealed").write_bytes((folder / f"{second.id}.sealed").read_bytes())
    with pytest.raises(SealBroken):
        store.photographs.read(first.id)


def test_a_file_that_is_gone_is_not_found(store: Store, settings: Settings) -> None:
    gallery(store, keep_photographs=True)
    made = store.photographs.add(agreed(store).id, GALLERY, PICTURE, actor="test")
    _files(settings)[0].unlink()
    with pytest.raises(NotFound, match="its file is gone"):
        store.photographs.read(made.id)


def test_a_key_sees_photographs_in_galleries_of_its_purposes(store: Store) -> None:
    gallery(store, keep_photographs=True)
    subject = agreed(store)
    store.photographs.add(subject.id, GALLERY, PICTURE, actor="test")
    assert store.photographs.list(subject.id, key(store, "boarding")) == ()
