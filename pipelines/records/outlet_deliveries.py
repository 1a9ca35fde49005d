"""How far outlets are, and the events that were set aside for them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, func, insert, or_, select, update

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.leases import is_holder
from pipelines.records.outlet_tables import DeliveryRow, OutletRow
from pipelines.records.outlet_values import Delivery, DeliveryState, Outlet, Progress
from pipelines.records.paging import Part, read_page
from pipelines.records.tables import EventRow
from pipelines.records.values import AuditNote, Page
from vision.errors import NotFound

# A time to try again that lies farther ahead was written before the clock was set back.
FARTHEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hand:
    """Who may write an outlet's progress: the process that holds the lease, for the outlet as it was then."""

    lease: str
    holder: str


class Deliveries:
    """The progress of one store's outlets."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def save(
        self,
        outlet: Outlet,
        progress: Progress,
        hand: Hand,
        aside: Sequence[Delivery] = (),
        settled: Sequence[Delivery] = (),
    ) -> bool:
        """Keep how far the outlet is, together with what was set aside and what is done with, or nothing of it.

        Args:
            aside: new ones, and known ones that were tried again.
            settled: delivered after all, or of events that are no longer stored.

        Returns:
            False when another process sends now, or a person has changed or deleted the outlet: nothing was kept.
        """
        same = and_(
            OutletRow.id == outlet.id,
            OutletRow.revision == outlet.revision,
            OutletRow.cursor <= progress.cursor,  # one that was given up while it hung comes too late
        )
        with self._backing.database.writing() as transaction:
            session = transaction.session
            if not is_holder(session, hand.lease, hand.holder):
                return False
            changed = session.execute(update(OutletRow).where(same).values(asdict(progress)))
            if cast(CursorResult[Any], changed).rowcount != 1:
                return False
            for one in (*aside, *settled):
                session.execute(delete(DeliveryRow).where(_is(one)))
            if aside:
                session.execute(insert(DeliveryRow), [asdict(one) for one in aside])
        return True

    def due(self, outlet_id: str, now: datetime) -> Delivery | None:
        """The set-aside delivery whose time to be tried again came first; None when none is due."""
        came = or_(DeliveryRow.next_try_at <= now, DeliveryRow.next_try_at > now + FARTHEST)
        wanted = and_(DeliveryRow.outlet_id == outlet_id, DeliveryRow.state == "set_aside", came)
        statement = select(DeliveryRow).where(wanted).order_by(DeliveryRow.next_try_at, DeliveryRow.seq).limit(1)
        with self._backing.database.reading() as session:
            row = session.scalar(statement)
            return None if row is None else _delivery(row)

    def list(
        self, outlet_id: str, state: DeliveryState | None = None, cursor: str | None = None, limit: int = 100
    ) -> Page[Delivery]:
        """What was set aside for one outlet and not delivered since, oldest first."""
        statement = select(DeliveryRow).where(DeliveryRow.outlet_id == outlet_id)
        if state is not None:
            statement = statement.where(DeliveryRow.state == state)
        with self._backing.database.reading() as session:
            return read_page(session, statement, DeliveryRow, Part(cursor, limit), _delivery)

    def replay(self, outlet_id: str, event_id: str | None = None, *, actor: str) -> int:
        """Have dead and set-aside deliveries tried again at once, as if for the first time; how many.

        Args:
            event_id: only this event's; None: all.

        Raises:
            NotFound: none of this event.
        """
        wanted = DeliveryRow.outlet_id == outlet_id
        if event_id is not None:
            wanted = and_(wanted, DeliveryRow.event_id == event_id)
        again = {"state": "set_aside", "tries": 0, "next_try_at": self._backing.clock()}
        with self._backing.database.writing() as transaction:
            changed = transaction.session.execute(update(DeliveryRow).where(wanted).values(again))
            count = cast(CursorResult[Any], changed).rowcount
            if event_id is not None and count == 0:
                raise NotFound(f"outlet {outlet_id}: no delivery of {event_id} was set aside")
            note = AuditNote(actor, "webhook.replayed", outlet_id, {"deliveries": count, "event": event_id})
            self._backing.audit.write(transaction, note)
        return count

    def remove_due(self, transaction: Transaction) -> int:
        """Forget deliveries of events that are no longer stored; how many."""
        gone = ~exists().where(EventRow.seq == DeliveryRow.event_seq)
        removed = transaction.session.execute(
            delete(DeliveryRow).where(gone).execution_options(synchronize_session=False)
        )
        return cast(CursorResult[Any], removed).rowcount

    def count(self, outlet_id: str, state: DeliveryState) -> int:
        """How many deliveries of one outlet are in this state."""
        wanted = and_(DeliveryRow.outlet_id == outlet_id, DeliveryRow.state == state)
        with self._backing.database.reading() as session:
            return session.scalar(select(func.count()).where(wanted)) or 0


def _is(delivery: Delivery) -> ColumnElement[bool]:
    return and_(DeliveryRow.outlet_id == delivery.outlet_id, DeliveryRow.event_seq == delivery.event_seq)


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        outlet_id=row.outlet_id,
        event_seq=row.event_seq,
        event_id=row.event_id,
        state=cast(DeliveryState, row.state),
        tries=row.tries,
        fault=row.fault,
        set_aside_at=row.set_aside_at,
        next_try_at=row.next_try_at,
    )
