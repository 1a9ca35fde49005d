"""Payments: money that came in for sessions; a reference is one payment, however often it is told."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.parking.money import Money, nothing
from pipelines.parking.sessions import Payment
from pipelines.records.backing import Backing
from pipelines.records.parking_tables import PaymentRow


class Payments:
    """The payments of one store; they stay as long as their session."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def list(self, session_id: str) -> tuple[Payment, ...]:
        """The session's payments, oldest first."""
        with self._backing.database.reading() as session:
            return tuple(_value(row) for row in _rows(session, session_id))

    def find(self, session: Session, reference: str) -> Payment | None:
        """The payment of this reference; within a transaction."""
        row = session.scalar(select(PaymentRow).where(PaymentRow.reference == reference))
        return None if row is None else _value(row)

    def paid(self, session: Session, session_id: str, currency: str) -> Money:
        """What came in for the session and is not to be given back; within a transaction."""
        payments = [_value(row) for row in _rows(session, session_id)]
        return sum((payment.money - payment.overpaid for payment in payments), nothing(currency))

    def add(self, session: Session, payment: Payment) -> None:
        """Keep a new payment; within a transaction."""
        row = PaymentRow(id=payment.id, session_id=payment.session_id, reference=payment.reference)
        row.currency, row.amount = payment.money.currency, payment.money.amount
        row.paid_at, row.covered_until = payment.paid_at, payment.covered_until
        row.due_after, row.overpaid = payment.due_after.amount, payment.overpaid.amount
        session.add(row)
        session.flush()


def _rows(session: Session, session_id: str) -> Sequence[PaymentRow]:
    statement = select(PaymentRow).where(PaymentRow.session_id == session_id).order_by(PaymentRow.seq)
    return session.scalars(statement).all()


def _value(row: PaymentRow) -> Payment:
    return Payment(
        id=row.id,
        session_id=row.session_id,
        money=Money(row.amount, row.currency),
        reference=row.reference,
        paid_at=row.paid_at,
        due_after=Money(row.due_after, row.currency),
        overpaid=Money(row.overpaid, row.currency),
        covered_until=row.covered_until,
    )
