import pytest
from typer.testing import CliRunner

from api.cli import app


def test_every_kind_is_listed_with_both_codes_and_none_is_said_to_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    listed = CliRunner().invoke(app, ["kinds"])
    assert listed.exit_code == 0, listed.output
    rows = [line for line in listed.output.splitlines() if "│" in line]
    assert len(rows) == 54
    garbage = next(row for row in rows if "06010" in row)
    assert [word in garbage for word in ("01010", "暴露垃圾", "exposed garbage", " no ")] == [True] * 4
    assert not any(" yes " in row for row in rows)
