"""The `citygate` command: everything that `api` and `benchmarks` offer, under one name."""

from api.cli import app
from benchmarks.cli import app as bench

app.add_typer(bench, name="bench")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
