"""Command lines of benchmarks: the shared options, the table, the JSON and the report."""

import json
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.cli import app as bench
from benchmarks.cli import parse_size
from benchmarks.command import add_benchmark
from benchmarks.options import BenchOptions
from benchmarks.result import Result, this_machine
from vision.errors import ConfigurationError

SHARED = ["--data", "--limit", "--threads", "--provider", "--seed", "--peer", "--json", "--report"]


def toy(options: BenchOptions, twist: Annotated[int, typer.Option(help="its own option")] = 1) -> Result:
    """A benchmark that measures its options."""
    if twist == 13:
        raise ConfigurationError("--twist: wanted another number, got 13")
    items = list(options.progress([1, 2, 3], "counting"))
    return Result(
        benchmark="toy",
        command=options.command,
        models=(),
        machine=this_machine(options.provider, options.threads),
        n=len(items),
        metrics={"limit": options.limit, "seed": options.seed, "twist": twist, "peers": list(options.peers)},
    )


@pytest.fixture
def app() -> typer.Typer:
    group = typer.Typer()
    add_benchmark(group, "toy", toy)
    add_benchmark(group, "other", toy)
    return group


def test_shared_and_own_options_reach_the_benchmark(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/citygate", "bench", "toy", "--limit", "7"])
    shared = ["--limit", "7", "--threads", "2", "--seed", "3", "--peer", "a", "--peer", "b"]
    ended = CliRunner().invoke(app, ["toy", *shared, "--twist", "5", "--json", str(tmp_path / "out" / "toy.json")])
    assert ended.exit_code == 0, ended.output
    found = json.loads((tmp_path / "out" / "toy.json").read_text())
    assert found["metrics"] == {"limit": 7, "seed": 3, "twist": 5, "peers": ["a", "b"]}
    assert found["machine"]["threads"] == 2
    assert found["n"] == 3
    assert found["command"] == "citygate bench toy --limit 7"


def test_nothing_is_written_unless_it_is_asked_for(app: typer.Typer, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["toy"]).exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_the_report_lies_in_the_folder_asked_for(app: typer.Typer, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["toy", "--report", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "toy.html").exists()


def test_what_citygate_refuses_ends_with_one_line_and_exit_1(app: typer.Typer) -> None:
    ended = CliRunner().invoke(app, ["toy", "--twist", "13"])
    assert ended.exit_code == 1
    assert "wanted another number, got 13" in ended.output


def test_an_unknown_provider_is_refused(app: typer.Typer) -> None:
    assert CliRunner().invoke(app, ["toy", "--provider", "abacus"]).exit_code == 2


@pytest.mark.parametrize(
    "name",
    ["faces", "face-detection", "plate-crops", "plates", "street", "search", "records", "verify-api", "calibrate"],
)
def test_every_benchmark_has_the_options_of_the_contract(name: str) -> None:
    ended = CliRunner().invoke(bench, [name, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert ended.exit_code == 0
    assert [option for option in SHARED if option not in ended.output] == []


def test_a_size_is_width_and_height() -> None:
    assert parse_size("1280x720") == (1280, 720)


@pytest.mark.parametrize("text", ["1280", "1280x", "0x720", "1280X720", "1280x720x3", "-1x5"])
def test_other_words_are_no_size(text: str) -> None:
    with pytest.raises(ConfigurationError, match="--size"):
        parse_size(text)
