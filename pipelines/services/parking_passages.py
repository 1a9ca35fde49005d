"""Cars that come and go: judged, recorded with their session and event in one commit, and only then let through."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipelines.events import Event
from pipelines.parking.places import Lane, Lot
from pipelines.parking.sessions import LATE, Candidate, Observation, Passage, Sighting
from pipelines.parking.sessions import Session as ParkingSession
from pipelines.parking.words import Direction
from pipelines.records.database import Transaction
from pipelines.records.parking_places import as_lot, lot_row
from pipelines.records.parking_rates import read_rate
from pipelines.records.store import Store
from pipelines.records.values import AuditNote, new_id
from pipelines.services.barrier import Place
from pipelines.services.barriers import Barriers
from pipelines.services.parking_events import passage_event
from pipelines.services.parking_judge import Car, Judge, Verdict
from vision.errors import BadInput

EXIT_WAIT = timedelta(minutes=5)
"""For so long a car that was refused because it owed money is taken to stand before the barrier, while it pays."""

SAME_ENTRY = timedelta(minutes=1)
"""A car that is seen to enter again so soon, by a second camera or a retry, has not left in between."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One car that wants to pass.

    Attributes:
        actor: the key or camera that says so.
        at: when it stood there; fees and rights are of this moment.
        again: on record already of the same visit; None: it is new.
        chosen: the session that it is known to be about; None: find it.
        present: the car is known to stand there still, however long ago it was seen, and the record of what was read
            stays.
    """

    lot: Lot
    lane_id: str
    direction: Direction
    sighting: Sighting
    actor: str
    at: datetime
    again: Observation | None = None
    chosen: ParkingSession | None = None
    present: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """Decides on cars in lanes.

    Attributes:
        default_ttl_s: of a lot that states none.
        clock: the time, aware UTC.
    """

    store: Store
    judge: Judge
    barriers: Barriers
    default_ttl_s: float
    clock: Callable[[], datetime]

    def decide(self, lot_id: str, lane_id: str, direction: Direction, sighting: Sighting, actor: str) -> Passage:
        """What is answered; a visit that was accepted before gets the same answer, until it has expired.

        Raises:
            NotFound: no such lot or lane.
            BadInput: a lane that cars do not pass this way.
        """
        lane = self.store.parking.lanes.get(lot_id, lane_id)
        if not lane.lets(direction):
            raise BadInput(f"lane {lane.place}: wanted one for an {direction}, got one for an {lane.kind}")
        with self.store.parking.writing() as transaction:
            session = transaction.session
            lot = as_lot(lot_row(session, lot_id))
            known = self.store.parking.observations.of_visit(session, lot_id, sighting.camera_id, sighting.visit)
            if known is not None and (known.decision == "accepted" or known.resolved_at is not None):
                return self._again(self.store.parking.observations.passage(session, known.id, lot.purpose))
            at = min(sighting.seen_at, self.clock())
            attempt = Attempt(lot, lane_id, direction, sighting, actor, at, known)
            passage = self.carry_out(transaction, attempt)
        self.let_through(lane, passage)
        return passage

    def let_out(self, session_id: str, paid_at: datetime, actor: str) -> Passage | None:
        """What is answered to the car that has just paid while it waits at an exit; None when none does."""
        with self.store.parking.writing() as transaction:
            session, records = transaction.session, self.store.parking
            waiting = records.observations.waiting_to_pay(session, session_id, self.clock() - EXIT_WAIT)
            lanes = () if waiting is None else records.lanes.list(waiting.lot_id)
            lane = next((one for one in lanes if waiting and one.id == waiting.lane_id), None)
            if waiting is None or lane is None:
                return None
            parked, lot = records.sessions.find(session, session_id), as_lot(lot_row(session, waiting.lot_id))
            sighting = Sighting(parked.plate, 1.0, waiting.seen_at, vouched=True)
            attempt = Attempt(lot, waiting.lane_id, "exit", sighting, actor, paid_at, waiting, parked, present=True)
            passage = self.carry_out(transaction, attempt)
        self.let_through(lane, passage)
        return passage

    def carry_out(self, transaction: Transaction, attempt: Attempt) -> Passage:
        """Judge and record, within a transaction; nothing opens here."""
        return self.record(transaction, attempt, self._verdict(transaction, attempt))

    def record(self, transaction: Transaction, attempt: Attempt, verdict: Verdict) -> Passage:
        """Record a verdict with its session, observation, event and audit entry, within a transaction."""
        parked = verdict.session
        if verdict.decision == "accepted":
            keep = self._enter if attempt.direction == "entry" else self._leave
            parked = keep(transaction, attempt, verdict)
        passage = self._passage(attempt, verdict, parked)
        records, session = self.store.parking, transaction.session
        if attempt.present:
            records.observations.decide_anew(session, passage)
        else:
            records.observations.keep(session, attempt.sighting, passage)
        self.store.events.write(transaction, self._event(attempt, passage))
        details = {
            "lane": f"{passage.lot_id}/{passage.lane_id}",
            "decision": passage.decision,
            "reason": passage.reason,
            "session_id": passage.session_id,
        }
        records.note(transaction, AuditNote(attempt.actor, f"parking.{attempt.direction}", passage.id, details))
        return passage

    def let_through(self, lane: Lane, passage: Passage) -> None:
        """Order the lane's barrier to open, for an accepted passage whose time is not up; another opens nothing."""
        if not passage.opens_at(self.clock()):
            return
        if lane.gate_id is not None:
            self.barriers.order(self.store.gates.get(lane.gate_id), passage)
        else:
            self.barriers.order(place_of(lane, passage.purpose), passage)

    def _again(self, passage: Passage) -> Passage:
        if passage.decision == "accepted" and not passage.opens_at(self.clock()):
            return replace(passage, decision="unknown", reason="expired")
        return passage

    def _verdict(self, transaction: Transaction, attempt: Attempt) -> Verdict:
        doubt = self.judge.distrust(attempt.sighting)
        if doubt is not None or attempt.sighting.plate is None:
            return Verdict("unknown", doubt or "not_enough_reads")
        car = Car(attempt.lot, attempt.sighting.plate, attempt.lane_id, attempt.at)
        if attempt.direction == "entry":
            return self.judge.entry(transaction.session, car)
        return self.judge.exit(transaction.session, car, attempt.chosen)

    def _enter(self, transaction: Transaction, attempt: Attempt, verdict: Verdict) -> ParkingSession:
        inside = verdict.session
        if inside is not None and inside.entered_at is not None:
            if attempt.at - inside.entered_at < SAME_ENTRY:
                return inside
            # When it left, and what that stay cost, nobody knows.
            left = replace(inside, state="missed_exit", closed_at=self.clock())
            self.store.parking.sessions.change(transaction.session, left)
        made = replace(self._new(transaction, attempt, verdict), entered_at=attempt.at, entry_lane_id=attempt.lane_id)
        return self._add(transaction, made)

    def _leave(self, transaction: Transaction, attempt: Attempt, verdict: Verdict) -> ParkingSession:
        parked, now = verdict.session, self.clock()
        if parked is None or parked.entered_at is None:
            missed = self._new(transaction, attempt, verdict)
            missed = replace(missed, state="missed_entry", left_at=attempt.at, exit_lane_id=attempt.lane_id)
            return self._add(transaction, replace(missed, closed_at=now))
        left = replace(parked, state="closed", exit_lane_id=attempt.lane_id, closed_at=now)
        # A clock that was set back must not make a stay end before it began.
        left = replace(left, left_at=max(attempt.at, parked.entered_at))
        if verdict.charge is not None:
            left = replace(left, fee=verdict.charge.paid if verdict.charge.in_grace else verdict.charge.fee)
        if verdict.right is not None:
            left = replace(left, right_id=verdict.right.id)
        return self.store.parking.sessions.change(transaction.session, left)

    def _new(self, transaction: Transaction, attempt: Attempt, verdict: Verdict) -> ParkingSession:
        rate = read_rate(transaction.session, attempt.lot.rate_id)
        return ParkingSession(
            id=new_id("ses"),
            lot_id=attempt.lot.id,
            plate=attempt.sighting.plate or "",
            state="open",
            entered_at=None,
            entry_lane_id=None,
            rate_id=rate.id,
            rate_version=rate.version,
            kind=attempt.sighting.kind,
            right_id=None if verdict.right is None else verdict.right.id,
        )

    def _add(self, transaction: Transaction, made: ParkingSession) -> ParkingSession:
        currency = read_rate(transaction.session, made.rate_id, made.rate_version).currency
        self.store.parking.sessions.add(transaction.session, made, currency)
        return made

    def _passage(self, attempt: Attempt, verdict: Verdict, parked: ParkingSession | None) -> Passage:
        now, lot = self.clock(), attempt.lot
        ttl_s = self.default_ttl_s if lot.decision_ttl_s is None else lot.decision_ttl_s
        # What is told late is put on record; the car is long gone, and nothing may open for the next one.
        late = not attempt.present and now - attempt.at > LATE
        return Passage(
            lot_id=lot.id,
            lane_id=attempt.lane_id,
            plate=attempt.sighting.plate,
            decision=verdict.decision,
            reason=verdict.reason,
            decided_at=now,
            expires_at=now if late else now + timedelta(seconds=ttl_s),
            session_id=None if parked is None else parked.id,
            due=verdict.due,
            candidates=tuple(Candidate(one.id, one.plate, one.entered_at) for one in verdict.candidates),
            observation_id=new_id("obs") if attempt.again is None else attempt.again.id,
            direction=attempt.direction,
            purpose=lot.purpose,
        )

    def _event(self, attempt: Attempt, passage: Passage) -> Event:
        plate, seen = attempt.sighting.plate, attempt.again or attempt.sighting
        hashed = None if plate is None else self.store.parking.plates.hash("event", plate)
        return passage_event(passage, attempt.at, hashed, seen.camera_id, seen.visit)


def place_of(lane: Lane, purpose: str) -> Place:
    """Where the lane's own barrier stands."""
    return Place(lane.place, purpose, lane.barrier)
