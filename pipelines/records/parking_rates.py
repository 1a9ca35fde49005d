"""Tariffs in versions; what a session began with stays as it was."""

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from pipelines.parking.rates import Rate
from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.parking_tables import RateRow
from pipelines.records.values import AuditNote, Page
from vision.errors import NotFound


class Rates:
    """The tariffs of one store."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def put(self, rate: Rate, *, actor: str) -> Rate:
        """The tariff as its next version, whatever version it came with; sessions that begin from now on keep it."""
        with self._backing.database.writing() as transaction:
            made = rate.model_copy(update={"version": _latest(transaction.session, rate.id) + 1})
            values = {"id": made.id, "version": made.version, "created_at": self._backing.clock()}
            transaction.session.connection().execute(insert(RateRow), values | {"body": made.model_dump_json()})
            note = AuditNote(actor, "parking.rate_put", made.id, {"version": made.version})
            self._backing.audit.write(transaction, note)
        return made

    def get(self, rate_id: str, version: int | None = None) -> Rate:
        """One version; None: the newest.

        Raises:
            NotFound: no such tariff or version.
        """
        with self._backing.database.reading() as session:
            return read_rate(session, rate_id, version)

    def list(self, cursor: str | None = None, limit: int = 100) -> Page[Rate]:
        """Every version of every tariff, oldest first."""
        with self._backing.database.reading() as session:
            return read_page(session, select(RateRow), RateRow, Part(cursor, limit), _rate)


def read_rate(session: Session, rate_id: str, version: int | None = None) -> Rate:
    """One version of a tariff, within a transaction; None: the newest.

    Raises:
        NotFound: no such tariff or version.
    """
    wanted = _latest(session, rate_id) if version is None else version
    row = session.scalar(select(RateRow).where(RateRow.id == rate_id, RateRow.version == wanted))
    if row is None:
        raise NotFound(f"no parking rate {rate_id}" + (f" of version {version}" if version else ""))
    return _rate(row)


def _latest(session: Session, rate_id: str) -> int:
    return session.scalar(select(func.max(RateRow.version)).where(RateRow.id == rate_id)) or 0


def _rate(row: RateRow) -> Rate:
    return Rate.model_validate_json(row.body)
