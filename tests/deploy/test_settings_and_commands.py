"""What the deployment names exists: a setting that nobody reads, or an unknown command, fails only in the field."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from pipelines.settings import SECRETS_DIR, Settings
from tests.deploy.deployment import TEXTS, commands, compose, manifests

SETTINGS = {f"CITYGATE_{name.upper()}" for name in Settings.model_fields} | {SECRETS_DIR}


def manual(command: str) -> str | None:
    """What `citygate COMMAND --help` says; None where there is no such command."""
    told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    return told.output if told.exit_code == 0 else None


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_setting_that_a_file_names_is_read(path: Path) -> None:
    words = set(re.findall(r"\bcitygate_[a-z_]*[a-z]\b|\bCITYGATE_[A-Z_]*[A-Z]\b", path.read_text("utf-8")))
    assert {word.upper() for word in words} <= SETTINGS


def test_every_role_is_started_by_a_command_with_options_that_it_knows() -> None:
    started = commands()
    assert len(started) == 6
    for where, (command, *words) in started.items():
        told = manual(command)
        assert told is not None, where
        assert not [word for word in words if word.startswith("--") and word not in told], where


def test_the_plain_settings_of_every_role_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [service["environment"] for service in compose()["services"].values() if "build" in service]
    plain += [one["data"] for one in manifests() if one["kind"] == "ConfigMap"]
    assert len(plain) == 3
    for variables in plain:
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            patch.delenv(SECRETS_DIR)
            assert (Settings.read().host, Settings.read().port) == ("0.0.0.0", 8080)  # noqa: S104
