"""The console script: what is mounted, and how a command fails."""

import base64
from pathlib import Path

import pytest
from typer.testing import CliRunner

from citygate import app

run = CliRunner()


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYGATE_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    "command", ["demo", "serve", "keys", "enroll", "verify", "cameras", "models", "doctor", "bench"]
)
def test_every_command_explains_itself(command: str) -> None:
    result = run.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_models_are_listed_with_their_licences() -> None:
    result = run.invoke(app, ["models", "list"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    for word in ("mtcnn", "MIT", "dlib-resnet-v1", "CC0-1.0", "yunet-320", "Apache-2.0"):
        assert word in result.output


def test_an_unknown_model_fails_in_one_line() -> None:
    result = run.invoke(app, ["models", "fetch", "nobodys"])
    assert result.exit_code == 1
    assert "no model 'nobodys'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_setting_is_named_and_never_quoted() -> None:
    result = run.invoke(app, ["serve"], env={"CITYGATE_PORT": "hidden-word"})
    assert result.exit_code == 1
    assert "CITYGATE_PORT" in result.stderr
    assert "hidden-word" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_server_with_another_master_key_refuses_in_one_line() -> None:
    keys = [base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2)]
    assert run.invoke(app, ["keys", "list"], env={"CITYGATE_MASTER_KEY": keys[0]}).exit_code == 0
    result = run.invoke(app, ["serve"], env={"CITYGATE_MASTER_KEY": keys[1], "CITYGATE_PORT": "0"})
    assert result.exit_code == 1
    assert "WrongMasterKey" in result.stderr
    assert "Traceback" not in result.stderr
