from typer.testing import CliRunner

from api.cli import app
from api.cli.demo_gate import GATE


def test_the_demo_lets_the_enrolled_person_in_and_nobody_else_and_ends_by_itself() -> None:
    result = CliRunner().invoke(app, ["demo", "--once", "--port", "0"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    accepted = [line for line in result.output.splitlines() if "accepted sub_" in line]
    unknown = [line for line in result.output.splitlines() if "unknown: no_match" in line]
    assert len(accepted) == 1
    assert len(unknown) >= 1
    assert f"barrier.command {GATE} opened" in result.output
    assert "遗留物 (abandoned object) at demo-kerb, zone pavement: opened, case cas_" in result.output
    assert "the whole picture: repeated, case cas_" in result.output
