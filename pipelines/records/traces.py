"""What deleted and overwritten rows leave behind on the disk, and how each database is made to let go of it."""

import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from pipelines.records.engines import LOCK_TIMEOUT_S

WAIT_S = 0.2
ATTEMPTS = 5


def fold_sqlite_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, where deleted rows can still be read.

    Returns:
        False when readers held the log all the time.
    """
    for _ in range(ATTEMPTS):
        if _folded(engine):
            return True
        time.sleep(WAIT_S / 4)
    return False


def _folded(engine: Engine) -> bool:
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={round(WAIT_S * 1000)}")
        row: tuple[int, int, int] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={round(LOCK_TIMEOUT_S * 1000)}")
        cursor.close()
    return row[0] == 0


def copy_sqlite(file: Path, copy: Path) -> None:
    """One state of the whole database as a file of its own, readable by its owner only; others go on writing."""
    copy.unlink(missing_ok=True)
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        # Into one file, whoever reads it.
        target.execute("PRAGMA journal_mode=DELETE")


def rewrite_postgres(engine: Engine, tables: Sequence[str]) -> bool:
    """Write PostgreSQL's tables anew with the rows that are there; who reads or writes one of them waits meanwhile.

    A row that was overwritten lies in its table's file until then, and in the server's write-ahead log until that is
    used again: the log and its archive are the operator's.

    Returns:
        False when an old row had to stay because somebody may still look at it, or a table was in use all the time.
    """
    kept: list[int] = []

    def hear(notice: Any) -> None:
        # "DETAIL: 1 dead row versions cannot be removed yet." begins with the number in every language.
        number = re.match(r"\d+", notice.message_detail or "")
        kept.append(int(number.group()) if number else 0)

    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver: Any = connection.connection.driver_connection
        driver.add_notice_handler(hear)
        try:
            connection.execute(text(f"SET lock_timeout = {round(WAIT_S * ATTEMPTS * 1000)}"))
            for table in tables:
                connection.exec_driver_sql(f'VACUUM (FULL, VERBOSE) "{table}"')
        except OperationalError:
            return False
        finally:
            driver.remove_notice_handler(hear)
            connection.execute(text(f"SET lock_timeout = {round(LOCK_TIMEOUT_S * 1000)}"))
    return not any(kept)
