"""The counts of lines, as cameras told them, each span once."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pipelines.records.backing import Backing
from pipelines.records.street_tables import LineCountRow
from pipelines.street.line_counts import LineCount

_AT_ONCE = 1000


class LineCounts:
    """The counted spans of one store."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def add(self, count: LineCount) -> bool:
        """Keep a span; False: it was told before."""
        row = LineCountRow(camera_id=count.camera_id, line=count.line, begins_at=count.begins_at)
        row.ends_at, row.seen_s = count.ends_at, count.seen_s
        row.passed = dict(count.passed)
        try:
            with self._backing.database.writing() as transaction:
                transaction.session.add(row)
        except IntegrityError:
            return False
        return True

    def of_camera(self, camera_id: str, since: datetime, until: datetime) -> Iterator[LineCount]:
        """The spans that began from `since` up to, and without, `until`."""
        begun = (LineCountRow.begins_at >= since, LineCountRow.begins_at < until)
        wanted = select(LineCountRow).where(LineCountRow.camera_id == camera_id, *begun)
        with self._backing.database.reading() as session:
            for row in session.scalars(wanted).yield_per(_AT_ONCE):
                yield _value(row)


def _value(row: LineCountRow) -> LineCount:
    passed = {name: (came, went) for name, (came, went) in row.passed.items()}
    return LineCount(row.camera_id, row.line, row.begins_at, row.ends_at, row.seen_s, passed)
