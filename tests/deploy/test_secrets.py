"""The secrets of a new installation, as the script draws them and the settings read them."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from pipelines.records.master_key import load_master_key
from pipelines.settings import SECRETS_DIR, Settings
from tests.deploy.deployment import FOLDER, compose
from vision.errors import ConfigurationError

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


def draw(folder: Path) -> dict[str, str]:
    subprocess.run([str(FOLDER / "make-secrets.sh"), str(folder)], check=True, capture_output=True)  # noqa: S603
    return {path.name: path.read_text("ascii").strip() for path in folder.iterdir()}


def test_the_script_draws_what_compose_mounts_and_never_draws_it_again(tmp_path: Path) -> None:
    drawn = draw(tmp_path / "secrets")
    assert set(drawn) == set(compose()["secrets"])
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    (tmp_path / "secrets" / "redis_password").unlink()
    again = draw(tmp_path / "secrets")
    assert again["redis_password"] != drawn["redis_password"]
    assert {**again, "redis_password": ""} == {**drawn, "redis_password": ""}


def test_the_settings_read_what_was_drawn_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw(tmp_path / "secrets")
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path / "secrets"))
    settings = Settings.read()
    assert len(load_master_key(settings, may_create=False)) == 32
    assert settings.sqlalchemy_url == drawn["citygate_database_url"]
    assert drawn["postgres_password"] in settings.sqlalchemy_url
    assert settings.bus_url is not None
    assert settings.bus_url.get_secret_value() == f"redis://:{drawn['redis_password']}@redis:6379/0"
    monkeypatch.setenv("CITYGATE_DATABASE_URL", "sqlite:///other.db")
    assert Settings.read().sqlalchemy_url == "sqlite:///other.db"


def test_a_folder_of_secrets_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="CITYGATE_SECRETS_DIR: wanted a folder"):
        Settings.read()
