"""Parking: may this car pass, what does it owe, who is inside; every answer is recorded before anything opens.

Reasons of `accepted`: permit, whitelisted, paid, within_free_time, within_grace, new_session.
Of `rejected`: blocklisted, payment_due, lot_full, already_inside, no_right.
Of `unknown`, on which nothing ever opens:
    needs_operator      several sessions it could be, or inside already where the lot asks an operator
    no_session          leaves, and nobody saw it enter
    not_enough_reads, implausible_text, low_confidence
    wrong_direction     drove through its lane backwards, or which way cannot be told
    expired             the same visit again, after its answer's time was up
    internal_error      something broke; the log has it
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from pipelines.parking.money import Money
from pipelines.parking.offline import SignedList
from pipelines.parking.places import Occupancy
from pipelines.parking.plates import normalised
from pipelines.parking.sessions import Answer, Candidate, Observation, Passage, Payment, Session, Sighting
from pipelines.parking.words import Direction, Reason
from pipelines.records.gate_values import BarrierCommand
from pipelines.records.parking_places import as_lot, lot_row
from pipelines.records.store import Store
from pipelines.records.values import AuditNote
from pipelines.services.barriers import Barriers
from pipelines.services.parking_accounts import Accounts
from pipelines.services.parking_desk import Desk
from pipelines.services.parking_judge import Car, Judge, Verdict
from pipelines.services.parking_offline import OfflineLists
from pipelines.services.parking_passages import Attempt, Passages
from pipelines.settings import Settings, utc_now


@dataclass(frozen=True, slots=True, eq=False)
class ParkingService:
    """Decides for all lots; every method may be called from every thread.

    Attributes:
        store: `store.parking` holds lots, lanes, rates, rights, sessions, observations and payments.
        barriers: told of accepted passages in lanes that have one.
        settings: `decision_ttl_s`, where a lot says nothing else.
        min_confidence: what the least certain character of a plate needs before anything may open, 0..1.
        clock: the time, aware UTC.
    """

    store: Store
    barriers: Barriers
    settings: Settings
    min_confidence: float = 0.8
    clock: Callable[[], datetime] = utc_now
    _listeners: list[Callable[[Passage], None]] = field(default_factory=list, init=False)

    def on_decided(self, listener: Callable[[Passage], None]) -> None:
        """Have `listener` called with every passage that was decided on; it must not take long."""
        self._listeners.append(listener)

    def look_up(self, lot_id: str, plate: str, *, lane_id: str | None = None, actor: str) -> Answer:
        """May this car pass, why, and what does it owe; nothing is recorded but that somebody asked.

        Args:
            plate: as people write it.
            lane_id: where; None, or a lane both ways: a car that is inside wants out, another wants in.

        Raises:
            NotFound: no such lot or lane.
            BadInput: the text is on no plate.
        """
        kind = None if lane_id is None else self.store.parking.lanes.get(lot_id, lane_id).kind
        now = self.clock()
        with self.store.parking.writing() as transaction:
            session, lot = transaction.session, as_lot(lot_row(transaction.session, lot_id))
            car = Car(lot, normalised(plate), lane_id, now)
            inside = self.store.parking.sessions.open_of(session, lot_id, car.plate) is not None
            leaves = kind == "exit" or (kind != "entry" and inside)
            verdict = self._judge.exit(session, car) if leaves else self._judge.entry(session, car)
            details = {"lane": lane_id, "decision": verdict.decision, "reason": verdict.reason}
            self.store.parking.note(transaction, AuditNote(actor, "parking.looked_up", lot_id, details))
        ttl_s = self.settings.decision_ttl_s if lot.decision_ttl_s is None else lot.decision_ttl_s
        return _answer(car, verdict, now + timedelta(seconds=ttl_s))

    def enter(self, lot_id: str, lane_id: str, sighting: Sighting, *, actor: str) -> Passage:
        """What is answered to a car that wants in; accepted, it has a session and its lane's barrier opens.

        The same visit of the same camera again never makes a second session: it gets the same answer, or `expired`.

        Raises:
            NotFound: no such lot or lane.
            BadInput: a lane that is for leaving only.
        """
        return self._tell(self._passages.decide(lot_id, lane_id, "entry", sighting, actor))

    def leave(self, lot_id: str, lane_id: str, sighting: Sighting, *, actor: str) -> Passage:
        """What is answered to a car that wants out; accepted, its session ends. Otherwise as `enter`.

        Raises:
            NotFound: no such lot or lane.
            BadInput: a lane that is for entering only.
        """
        return self._tell(self._passages.decide(lot_id, lane_id, "exit", sighting, actor))

    def refuse(
        self, lot_id: str, lane_id: str, direction: Direction, sighting: Sighting, reason: Reason, *, actor: str
    ) -> Passage:
        """An `unknown` on record, for a car that nobody could or would judge; one that is on record already stays.

        Raises:
            NotFound: no such lot.
        """
        records = self.store.parking
        with records.writing() as transaction:
            session, camera_id = transaction.session, sighting.camera_id
            lot = as_lot(lot_row(session, lot_id))
            known = records.observations.of_visit(session, lot_id, camera_id, sighting.visit)
            if known is not None:
                return records.observations.passage(session, known.id, lot.purpose)
            at = min(sighting.seen_at, self.clock())
            attempt = Attempt(lot, lane_id, direction, sighting, actor, at)
            passage = self._passages.record(transaction, attempt, Verdict("unknown", reason))
        return self._tell(passage)

    def due(self, session_id: str) -> Money:
        """What the session must pay now before its car may leave.

        Raises:
            NotFound: no such session.
        """
        return self._accounts.charge(session_id).due

    def pay(self, session_id: str, amount: Decimal, currency: str, *, reference: str, actor: str) -> Payment:
        """The payment; the same reference again is the same payment. A car that waits for it at an exit is let out.

        Raises:
            NotFound: no such session.
            BadInput: a currency other than the tariff's, an amount that is none, or no reference.
            Conflict: the reference came with another payment, or the session has ended and owes nothing.
        """
        payment = self._accounts.pay(session_id, Money(amount, currency), reference, actor)
        if payment.covered_until is not None:
            passage = self._passages.let_out(session_id, payment.paid_at, actor)
            if passage is not None:
                self._tell(passage)
        return payment

    def correct(self, session_id: str, plate: str, *, reason: str, actor: str) -> Session:
        """The session under the plate that the car really has; see `Desk.correct`."""
        return self._desk.correct(session_id, plate, reason, actor)

    def resolve(
        self,
        observation_id: str,
        *,
        session_id: str | None = None,
        plate: str | None = None,
        reason: str,
        actor: str,
    ) -> Passage:
        """What is answered to a waiting car, by the session or the plate that an operator names; see `Desk.resolve`."""
        return self._tell(self._desk.resolve(observation_id, session_id, plate, reason, actor))

    def dismiss(self, observation_id: str, *, reason: str, actor: str) -> Observation:
        """The observation, which needs nobody any more; see `Desk.dismiss`."""
        return self._desk.dismiss(observation_id, reason, actor)

    def close_session(self, session_id: str, *, reason: str, actor: str, waive: bool = False) -> Session:
        """The session of a car that left unseen, ended; see `Desk.close_session`."""
        return self._desk.close_session(session_id, reason, waive, actor)

    def open_by_hand(self, lot_id: str, lane_id: str, *, reason: str, actor: str) -> BarrierCommand:
        """What came of opening a lane's barrier by hand; see `Desk.open_by_hand`."""
        return self._desk.open_by_hand(lot_id, lane_id, reason, actor)

    def occupancy(self, lot_id: str) -> Occupancy:
        """How full the lot is.

        Raises:
            NotFound: no such lot.
        """
        with self.store.parking.reading() as session:
            return self._judge.occupancy(session, lot_id)

    def correct_occupancy(self, lot_id: str, occupied: int, *, reason: str, actor: str) -> Occupancy:
        """The occupancy after a person counted; see `Desk.correct_occupancy`."""
        return self._desk.correct_occupancy(lot_id, occupied, reason, actor)

    def offline_list(self, lot_id: str, *, actor: str) -> SignedList:
        """A new list for the lot's controllers; see `OfflineLists.issue` and `pipelines.parking.offline`."""
        return OfflineLists(self.store, self.clock).issue(lot_id, actor)

    def public_key(self) -> bytes:
        """32 bytes (Ed25519) by which controllers know this installation's lists; no secret."""
        return OfflineLists(self.store, self.clock).public_key()

    def controller_key(self, lot_id: str, *, actor: str) -> bytes:
        """32 secret bytes for the lot's controllers; handing them out is audited.

        Raises:
            NotFound: no such lot.
        """
        return OfflineLists(self.store, self.clock).controller_key(lot_id, actor)

    def _tell(self, passage: Passage) -> Passage:
        """The passage, after everybody who listens heard of it; a repeat is no news."""
        for listener in () if passage.repeated else self._listeners:
            listener(passage)
        return passage

    @property
    def _judge(self) -> Judge:
        return Judge(self.store.parking, self.min_confidence)

    @property
    def _passages(self) -> Passages:
        return Passages(self.store, self._judge, self.barriers, self.settings.decision_ttl_s, self.clock)

    @property
    def _accounts(self) -> Accounts:
        return Accounts(self.store, self._judge, self.clock)

    @property
    def _desk(self) -> Desk:
        return Desk(self.store, self._judge, self._passages, self.barriers, self.clock)


def _answer(car: Car, verdict: Verdict, expires_at: datetime) -> Answer:
    return Answer(
        lot_id=car.lot.id,
        plate=car.plate,
        decision=verdict.decision,
        reason=verdict.reason,
        decided_at=car.at,
        expires_at=expires_at,
        lane_id=car.lane_id,
        session_id=None if verdict.session is None else verdict.session.id,
        due=verdict.due,
        candidates=tuple(Candidate(one.id, one.plate, one.entered_at) for one in verdict.candidates),
    )
