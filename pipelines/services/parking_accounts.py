"""Money for sessions: recorded once for each reference; who has paid before the exit barrier is let out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipelines.events import Event, event_id
from pipelines.parking.charges import Charge
from pipelines.parking.money import Money, nothing
from pipelines.parking.sessions import Payment
from pipelines.parking.sessions import Session as ParkingSession
from pipelines.records.database import Transaction
from pipelines.records.parking_places import as_lot, lot_row
from pipelines.records.parking_rates import read_rate
from pipelines.records.store import Store
from pipelines.records.values import AuditNote, new_id
from pipelines.services.parking_judge import Judge
from vision.errors import BadInput, Conflict

MAX_REFERENCE = 200


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """What sessions owe and what came in.

    Attributes:
        clock: the time, aware UTC.
    """

    store: Store
    judge: Judge
    clock: Callable[[], datetime]

    def charge(self, session_id: str) -> Charge:
        """The account of the session now.

        Raises:
            NotFound: no such session.
        """
        records = self.store.parking
        with records.reading() as session:
            return self.judge.charge(session, records.sessions.find(session, session_id), self.clock())[0]

    def pay(self, session_id: str, money: Money, reference: str, actor: str) -> Payment:
        """The payment; the same reference again is the same payment, and counts once.

        Raises:
            NotFound: no such session.
            BadInput: another currency than the tariff's, no amount, or no reference.
            Conflict: the reference came with another payment, or the session has ended and owes nothing.
        """
        if not money.is_positive:
            raise BadInput(f"amount: wanted more than 0, got {money.amount}")
        if not 1 <= len(reference) <= MAX_REFERENCE:
            raise BadInput(f"reference: wanted 1 to {MAX_REFERENCE} characters, got {len(reference)}")
        with self.store.parking.writing() as transaction:
            known = self.store.parking.payments.find(transaction.session, reference)
            if known is not None:
                if (known.session_id, known.money) != (session_id, money):
                    raise Conflict("reference: wanted one that no other payment used")
                return known
            return self._pay(transaction, session_id, money, reference, actor)

    def _pay(self, transaction: Transaction, session_id: str, money: Money, reference: str, actor: str) -> Payment:
        records, session, now = self.store.parking, transaction.session, self.clock()
        parked = records.sessions.find(session, session_id)
        owed = self.judge.charge(session, parked, now)[0].owed
        if money.currency != owed.currency:
            raise BadInput(f"currency: wanted {owed.currency}, got {money.currency}")
        if parked.closed_at is not None and not owed.is_positive:
            raise Conflict(f"parking session {session_id}: has ended and owes nothing")
        payment = Payment(
            id=new_id("pay"),
            session_id=session_id,
            money=money,
            reference=reference,
            paid_at=now,
            due_after=(owed - money).or_zero,
            overpaid=(money - owed).or_zero,
            covered_until=self._covered_until(transaction, parked, owed, money, now),
        )
        records.payments.add(session, payment)
        if payment.covered_until is not None:
            records.sessions.change(session, replace(parked, covered_until=payment.covered_until))
        self._tell(transaction, parked, payment, actor)
        return payment

    def _covered_until(
        self, transaction: Transaction, parked: ParkingSession, owed: Money, money: Money, now: datetime
    ) -> datetime | None:
        """Until when the car may leave; a coin that pays for nothing buys no time."""
        if parked.closed_at is not None or owed == nothing(owed.currency) or (owed - money).is_positive:
            return None
        rate = read_rate(transaction.session, parked.rate_id, parked.rate_version)
        return now + timedelta(minutes=rate.grace_minutes)

    def _tell(self, transaction: Transaction, parked: ParkingSession, payment: Payment, actor: str) -> None:
        details = {"session_id": parked.id, "amount": str(payment.money), "due_after": str(payment.due_after)}
        note = AuditNote(actor, "parking.paid", payment.id, details | {"overpaid": str(payment.overpaid)})
        self.store.parking.note(transaction, note)
        event = Event(
            event_id=event_id(None, payment.id, "parking.payment"),
            kind="parking.payment",
            occurred_at=payment.paid_at,
            purpose=as_lot(lot_row(transaction.session, parked.lot_id)).purpose,
            plate_hash=self.store.parking.plates.hash("event", parked.plate),
            lot_id=parked.lot_id,
            session_id=parked.id,
        )
        self.store.events.write(transaction, event)
