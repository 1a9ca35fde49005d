from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from pipelines.bus.sink import StoreSink, event_letter
from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.pipelines.bus.letters import BROKEN, camera_event

run = CliRunner()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("CITYGATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "250")
    store = Store.open(Settings(home=tmp_path))
    yield store
    store.close()


def test_a_dead_letter_is_listed_and_replayed(store: Store) -> None:
    sink = StoreSink(store, lambda _report, _camera_id: None)
    sink.bury(event_letter(camera_event(1)), "spool-a", "too new", 5)
    sink.bury(BROKEN, "spool-a", "kind: unknown", 5)
    broken, good = (dead.id for dead in store.dead_letters.list().items)
    listed = run.invoke(app, ["dead-letters", "list"])
    assert listed.exit_code == 0
    for word in (broken, good, BROKEN.id, "too new", "2 of 2"):
        assert word in listed.output
    replayed = run.invoke(app, ["dead-letters", "replay", good])
    assert replayed.exit_code == 0, replayed.output
    assert "is stored" in replayed.output
    refused = run.invoke(app, ["dead-letters", "replay", broken])
    assert refused.exit_code == 1
    assert "Conflict" in refused.stderr
    assert "1 of 1" in run.invoke(app, ["dead-letters", "list"]).output
    assert len(store.events.list()) == 1
