"""The one console, and how a command fails: one line that says what was wanted, never a traceback."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer
from rich.console import Console

from vision.errors import CitygateError

P = ParamSpec("P")
R = TypeVar("R")

console = Console()
error_console = Console(stderr=True)


def failures_in_one_line(command: Callable[P, R]) -> Callable[P, R]:
    """A command that ends with exit code 1 and the error's own words where Citygate refuses something."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CitygateError as error:
            error_console.print(f"[red]{type(error).__name__}[/]: {error}", soft_wrap=True)
            raise typer.Exit(1) from error

    return run
