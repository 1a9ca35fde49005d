"""A private PostgreSQL in a temporary folder, and databases in it."""

import os
import shutil
import subprocess
import tempfile
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

USER = "citygate"
# Speed instead of safety: these databases die with the tests.
_OPTIONS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=60"


def find_binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, the newest version's; None when PostgreSQL is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("pg_ctl")
    folders = [*reversed(debian), *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class PostgresServer:
    """A server that listens on a socket in its own folder only; `close` when done.

    PostgreSQL refuses to run as root: then it runs as `postgres`, or `nobody` where that account is missing.
    """

    def __init__(self) -> None:
        binaries = find_binaries()
        assert binaries is not None, "wanted PostgreSQL: apt-get install postgresql"
        self._binaries = binaries
        # A socket's path may have 107 bytes, and pytest's folders belong to root alone.
        self.folder = Path(tempfile.mkdtemp(prefix="citygate-pg-", dir="/tmp"))
        self._account = _account()
        self._made = count()
        if self._account is not None:
            shutil.chown(self.folder, self._account)
        self._run("initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    def start(self) -> None:
        """Begin to serve; again, after `stop`."""
        options = f"{_OPTIONS} -k {self.folder}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """End every connection and the server; what was committed stays.

        Args:
            mode: `immediate` is a crash.
        """
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def close(self) -> None:
        """Stop, and remove the folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def create_database(self, template: str = "template0") -> str:
        """The name of a new database, empty or a copy of `template`."""
        name = f"citygate_{next(self._made)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Remove the database, whoever uses it."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def url(self, database: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection that commits each statement."""
        return psycopg.connect(host=str(self.folder), user=USER, dbname=database, autocommit=True)

    def _execute(self, statement: str, *names: str) -> None:
        with closing(self.connect()) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        # Its output goes to a file: the server inherits it, and a pipe would stay open as long as that runs.
        with tempfile.TemporaryFile() as output:
            command = [str(self._binaries / program), *arguments]
            done = subprocess.run(  # noqa: S603  programs of the package, arguments of ours
                command, stdout=output, stderr=output, user=self._account, cwd="/", check=False
            )
            output.seek(0)
            assert done.returncode == 0, output.read().decode(errors="replace")


def _account() -> str | None:
    if os.geteuid() != 0:
        return None
    known = Path("/etc/passwd").read_text(encoding="utf-8")
    return "postgres" if "\npostgres:" in known else "nobody"
