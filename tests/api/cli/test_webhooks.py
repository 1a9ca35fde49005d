"""`citygate webhooks` as a user types it."""

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from pipelines.records.store import Store
from pipelines.settings import Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh installation."""
    monkeypatch.setenv("CITYGATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["webhooks", *words])


def test_a_webhook_is_added_listed_and_removed() -> None:
    added = run("add", "https://hooks.example/secret-path", "--kind", "parking.entry", "--lot", "harbour")
    assert added.exit_code == 0, added.output
    with closing(Store.open(Settings())) as store:
        (outlet,) = store.outlets.list().items
    assert outlet.target is not None
    assert outlet.target.secrets[0] in added.output
    assert (outlet.wanted.kinds, outlet.wanted.lot_id, outlet.key_id) == (("parking.entry",), "harbour", None)
    listed = run("list").output
    assert "https://hooks.example" in listed
    assert "secret-path" not in listed
    assert outlet.target.secrets[0] not in listed
    assert run("remove", outlet.id).exit_code == 0
    assert outlet.id not in run("list").output
    again = run("remove", outlet.id)
    assert (again.exit_code, "NotFound" in again.stderr) == (1, True)


def test_private_addresses_and_unknown_kinds_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    private = run("add", "http://10.1.2.3/hook")
    assert (private.exit_code, "CITYGATE_WEBHOOK_NETWORKS" in private.stderr) == (1, True)
    unknown = run("add", "https://hooks.example", "--kind", "parking.entrance")
    assert (unknown.exit_code, "wanted one of" in unknown.stderr) == (1, True)
    monkeypatch.setenv("CITYGATE_WEBHOOK_NETWORKS", '["10.0.0.0/8"]')
    assert run("add", "http://10.1.2.3/hook").exit_code == 0
