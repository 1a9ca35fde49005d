"""From a benchmark's function to its command: the options they all share, the progress bar, table, JSON and report."""

import inspect
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import track
from rich.table import Table

from api.cli.console import console, error_console, failures_in_one_line
from benchmarks.options import BenchOptions
from benchmarks.result import Result
from benchmarks.tables import metric_columns, metric_rows, ratio_rows, setting_rows
from models.files import write_atomically
from models.session import Provider
from pipelines.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the shared options of a command line ask for."""

    options: BenchOptions
    json_file: Path | None
    report: Path | None


def shared_options(  # noqa: PLR0913 - the eight that CONTRACTS.md gives every benchmark
    *,
    data: Annotated[Path | None, typer.Option(help="folder with pairs.csv or labels.jsonl")] = None,
    limit: Annotated[int | None, typer.Option(help="measure at most so many", min=1)] = None,
    threads: Annotated[int, typer.Option(help="threads inside one operator", min=1)] = 1,
    provider: Annotated[Provider, typer.Option(help="where networks run")] = "cpu",
    seed: Annotated[int, typer.Option(help="of every random choice")] = 0,
    peer: Annotated[list[str] | None, typer.Option(help="measured in the same run; may be repeated")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="write the result here")] = None,
    report: Annotated[Path | None, typer.Option(help="write an HTML page into this folder")] = None,
) -> Wishes:
    """The options of `citygate bench NAME` that every benchmark has."""
    options = BenchOptions(
        command=shlex.join(["citygate", *sys.argv[1:]]),
        home=Settings.read().home,
        data=data,
        limit=limit,
        threads=threads,
        provider=provider,
        seed=seed,
        peers=tuple(peer or ()),
        progress=_with_a_bar,
    )
    return Wishes(options, json_file, report)


def add_benchmark(app: typer.Typer, name: str, measure: Callable[..., Result]) -> None:
    """Give `app` the command `name`: the shared options and those that `measure` takes after its first argument.

    Args:
        app: the group of commands.
        name: the benchmark.
        measure: takes BenchOptions, then what its own typer annotations say; its docstring becomes the help.
    """
    shared = list(inspect.signature(shared_options).parameters.values())
    own = list(inspect.signature(measure).parameters.values())[1:]

    def command(**given: Any) -> None:
        wishes = shared_options(**{parameter.name: given.pop(parameter.name) for parameter in shared})
        finish(measure(wishes.options, **given), wishes)

    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*shared, *own)]
    command.__dict__["__signature__"] = inspect.Signature(keyword_only)
    command.__doc__ = measure.__doc__
    app.command(name)(failures_in_one_line(command))


def finish(result: Result, wishes: Wishes) -> None:
    """Print the result, and write the JSON and the report where they are wished for."""
    _print_table(metric_columns(result), metric_rows(result))
    if result.ratios:
        _print_table(("ratio", "times"), ratio_rows(result))
    _print_table(("measured with", ""), setting_rows(result))
    if wishes.json_file:
        write_atomically(wishes.json_file, result.to_json().encode())
        console.print(f"JSON: {wishes.json_file}", soft_wrap=True)
    if wishes.report:
        # Here and not above: matplotlib takes time and memory that `citygate serve` must not pay for.
        from benchmarks.report import write_report  # noqa: PLC0415

        console.print(f"Report: {write_report(result, wishes.report)}", soft_wrap=True)


def _print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _with_a_bar(items: Sequence[T], doing: str) -> Iterable[T]:
    return track(items, doing, console=error_console, transient=True)
