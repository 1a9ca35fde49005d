from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app


def test_every_kind_is_listed_with_both_codes_and_those_that_a_rule_and_the_detector_know_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("CITYGATE_HOME", str(tmp_path))
    listed = CliRunner().invoke(app, ["kinds"])
    assert listed.exit_code == 0, listed.output
    rows = [line for line in listed.output.splitlines() if "│" in line]
    assert len(rows) == 54
    garbage = next(row for row in rows if "06010" in row)
    assert [word in garbage for word in ("01010", "暴露垃圾", "exposed garbage", " yes ")] == [True] * 4
    found = [row for row in rows if " yes " in row]
    assert len(found) == 32
    assert any("abandoned object" in row for row in found)
