import base64
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipelines.records.master_key import load_master_key
from pipelines.settings import Settings
from vision.errors import ConfigurationError, WrongMasterKey

KEY = bytes(range(32))
TEXT = base64.b64encode(KEY).decode()


def test_the_first_start_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    key = load_master_key(settings, may_create=True)
    path = tmp_path / "home" / "master.key"
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]


def test_later_starts_read_the_same_key(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert load_master_key(settings, may_create=True) == load_master_key(settings, may_create=False)


def test_a_missing_key_of_a_store_that_has_one_is_refused_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(WrongMasterKey, match="missing"):
        load_master_key(Settings(home=tmp_path), may_create=False)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "master.key").write_text(base64.b64encode(bytes(32)).decode())
    settings = Settings(home=tmp_path, master_key=SecretStr(TEXT))
    assert load_master_key(settings, may_create=False) == KEY


def test_a_named_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(TEXT + "\n")
    settings = Settings(home=tmp_path, master_key_file=tmp_path / "elsewhere")
    assert load_master_key(settings, may_create=False) == KEY


@pytest.mark.parametrize("text", ["", "not base64!", base64.b64encode(bytes(16)).decode()])
def test_a_key_that_is_not_32_bytes_in_base64_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    settings = Settings(home=tmp_path, master_key=SecretStr(text))
    with pytest.raises(ConfigurationError, match="wanted 32 bytes in base64") as refused:
        load_master_key(settings, may_create=True)
    assert not text or text not in str(refused.value)


def test_a_key_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted a readable master key"):
        load_master_key(Settings(home=tmp_path, master_key_file=tmp_path), may_create=True)
