"""Backup, restore and rotation as a user types them."""

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from pipelines.records import migrations
from pipelines.records.store import Store
from pipelines.settings import Settings
from vision.errors import NotFound


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that was never started."""
    monkeypatch.setenv("CITYGATE_HOME", str(tmp_path / "home"))
    # What is named here is the installation's, and none of a backup that is looked into.
    monkeypatch.setenv("CITYGATE_DATABASE_URL", f"sqlite:///{tmp_path / 'disk' / 'records.db'}")
    monkeypatch.setenv("CITYGATE_ERASURE_LEDGER", str(tmp_path / "other-disk" / "erasures.jsonl"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "home"


def run(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=answer)


def test_a_backup_is_checked_restored_and_keeps_who_was_erased_since_erased(tmp_path: Path) -> None:
    file = str(tmp_path / "monday.backup")
    with closing(Store.open(Settings.read())) as store:
        ann, bob = (store.subjects.create(name, None, actor="test") for name in ("Ann", "Bob"))
        made = run("backup", file)
        told = f"0 pictures, schema {migrations.latest()}, audit entry 3"
        assert (made.exit_code, told in made.output) == (0, True), made.output
        store.subjects.erase(ann.id, actor="test")
    assert run("backup", file).exit_code == 1
    assert f"{file} is whole" in run("restore", file, "--check").output
    asked = run("restore", file, answer="n\n")
    assert (asked.exit_code, "Replace the records of" in asked.output) == (1, True)
    restored = run("restore", file, "--yes")
    assert restored.exit_code == 0, restored.output
    assert "1 later erasures were carried out again" in restored.output
    with closing(Store.open(Settings.read())) as store:
        assert store.subjects.get(bob.id) == bob
        with pytest.raises(NotFound):
            store.subjects.get(ann.id)


def test_the_master_key_is_exchanged_and_a_file_that_is_no_backup_named_in_one_line(tmp_path: Path, home: Path) -> None:
    with closing(Store.open(Settings.read())) as store:
        store.subjects.create("Ann", None, actor="test")
    old = (home / "master.key").read_bytes()
    rotated = run("rotate-master-key")
    assert (rotated.exit_code, "1 keys are wrapped anew" in rotated.output) == (0, True), rotated.output
    assert (home / "master.key").read_bytes() != old
    words = tmp_path / "words"
    words.write_text("no backup")
    refused = run("restore", str(words), "--yes")
    assert (refused.exit_code, "ConfigurationError: " in refused.stderr) == (1, True)
