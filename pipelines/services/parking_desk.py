"""What an operator does: every act is audited, with a word that says why and never with a plate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.parking.money import nothing
from pipelines.parking.places import Occupancy
from pipelines.parking.plates import normalised
from pipelines.parking.sessions import Observation, Passage, Sighting
from pipelines.parking.sessions import Session as ParkingSession
from pipelines.records.checks import check_slug
from pipelines.records.database import Transaction
from pipelines.records.gate_values import BarrierCommand
from pipelines.records.parking_places import as_lot, lot_row
from pipelines.records.store import Store
from pipelines.records.values import AuditNote
from pipelines.services.barriers import Barriers
from pipelines.services.parking_judge import Judge
from pipelines.services.parking_passages import Attempt, Passages, place_of
from vision.errors import BadInput, Conflict


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """The operator's side of parking; `reason` is a word of a-z, 0-9, _ and - such as `misread`.

    Attributes:
        clock: the time, aware UTC.
    """

    store: Store
    judge: Judge
    passages: Passages
    barriers: Barriers
    clock: Callable[[], datetime]

    def correct(self, session_id: str, plate: str, reason: str, actor: str) -> ParkingSession:
        """The session under the plate that the car really has; an open one also gets that plate's right.

        Raises:
            NotFound: no such session.
            BadInput: no plate, or a reason that is no word.
            Conflict: another open session at this lot has this plate.
        """
        text = normalised(plate)
        with self._act(reason) as transaction:
            parked = self.store.parking.sessions.find(transaction.session, session_id)
            corrected = replace(parked, plate=text)
            if parked.closed_at is None and parked.entered_at is not None:
                lot = as_lot(lot_row(transaction.session, parked.lot_id))
                right = self.judge.right_at_entry(transaction.session, lot, corrected, parked.entered_at)
                corrected = replace(corrected, right_id=None if right is None else right.id)
            self.store.parking.sessions.change(transaction.session, corrected)
            details = {"reason": reason, "right_id": corrected.right_id}
            self._note(transaction, actor, "parking.corrected", session_id, **details)
        return corrected

    def resolve(
        self, observation_id: str, session_id: str | None, plate: str | None, reason: str, actor: str
    ) -> Passage:
        """Decide anew on a car that stands in its lane, by what the operator says: which session, or which plate.

        Raises:
            NotFound: no such observation or session.
            BadInput: neither or both, no plate, or a reason that is no word.
            Conflict: the car was let through already, or the session is of another lot, has ended, or is no exit's.
        """
        if (session_id is None) == (plate is None):
            raise BadInput("session_id and plate: wanted one of them")
        with self._act(reason) as transaction:
            attempt = self._attempt(transaction, observation_id, session_id, plate, actor)
            lane = self.store.parking.lanes.get(attempt.lot.id, attempt.lane_id)
            passage = self.passages.carry_out(transaction, attempt)
            if passage.decision == "accepted":
                self.store.parking.observations.resolve(transaction.session, observation_id, self.clock())
            self._note(transaction, actor, "parking.resolved", observation_id, reason=reason)
        self.passages.let_through(lane, passage)
        return passage

    def dismiss(self, observation_id: str, reason: str, actor: str) -> Observation:
        """The observation, which needs nobody any more.

        Raises:
            NotFound: no such observation.
            BadInput: a reason that is no word.
        """
        with self._act(reason) as transaction:
            resolved = self.store.parking.observations.resolve(transaction.session, observation_id, self.clock())
            self._note(transaction, actor, "parking.dismissed", observation_id, reason=reason)
        return resolved

    def close_session(self, session_id: str, reason: str, waive: bool, actor: str) -> ParkingSession:
        """The session of a car that left unseen; it owes the fee up to now, or nothing when that is waived.

        Raises:
            NotFound: no such session.
            BadInput: a reason that is no word.
            Conflict: it has ended.
        """
        with self._act(reason) as transaction:
            now, session = self.clock(), transaction.session
            parked = self.store.parking.sessions.find(session, session_id)
            if parked.closed_at is not None:
                raise Conflict(f"parking session {session_id}: has ended")
            charge, _ = self.judge.charge(session, parked, now)
            fee = nothing(charge.fee.currency) if waive else charge.fee
            closed = replace(parked, state="missed_exit", fee=fee, closed_at=now)
            self.store.parking.sessions.change(session, closed)
            self._note(transaction, actor, "parking.session_closed", session_id, reason=reason, waived=waive)
        return closed

    def open_by_hand(self, lot_id: str, lane_id: str, reason: str, actor: str) -> BarrierCommand:
        """Open the lane's barrier because a person says so; no session begins or ends.

        Raises:
            NotFound: no such lot or lane.
            BadInput: a lane without a barrier, or a reason that is no word.
        """
        check_slug("reason", reason)
        lane = self.store.parking.lanes.get(lot_id, lane_id)
        if lane.gate_id is not None:
            return self.barriers.open_manually(self.store.gates.get(lane.gate_id), actor=actor, reason=reason)
        place = place_of(lane, self.store.parking.lots.get(lot_id).purpose)
        return self.barriers.open_manually(place, actor=actor, reason=reason)

    def correct_occupancy(self, lot_id: str, occupied: int, reason: str, actor: str) -> Occupancy:
        """The occupancy after a person counted `occupied` cars; sessions stay, and cars that come and go still count.

        Raises:
            NotFound: no such lot.
            BadInput: fewer than none, or a reason that is no word.
        """
        if occupied < 0:
            raise BadInput(f"occupied: wanted 0 or more, got {occupied}")
        with self._act(reason) as transaction:
            row = lot_row(transaction.session, lot_id)
            row.adjustment = occupied - self.judge.occupancy(transaction.session, lot_id).inside
            self._note(transaction, actor, "parking.counted", lot_id, reason=reason, occupied=occupied)
            transaction.session.flush()
            return self.judge.occupancy(transaction.session, lot_id)

    @contextmanager
    def _act(self, reason: str) -> Iterator[Transaction]:
        check_slug("reason", reason)
        with self.store.parking.writing() as transaction:
            yield transaction

    def _note(
        self, transaction: Transaction, actor: str, action: str, target: str, **details: str | int | bool | None
    ) -> None:
        self.store.parking.note(transaction, AuditNote(actor, action, target, details))

    def _attempt(
        self, transaction: Transaction, observation_id: str, session_id: str | None, plate: str | None, actor: str
    ) -> Attempt:
        session = transaction.session
        observation = self.store.parking.observations.find(session, observation_id)
        if observation.decision == "accepted":
            raise Conflict(f"observation {observation_id}: the car was let through already")
        chosen = None if session_id is None else self._chosen(transaction, observation, session_id)
        text = plate if chosen is None else chosen.plate
        return Attempt(
            lot=as_lot(lot_row(session, observation.lot_id)),
            lane_id=observation.lane_id,
            direction=observation.direction,
            sighting=Sighting(text, 1.0, observation.seen_at, observation.kind, vouched=True),
            actor=actor,
            at=min(observation.seen_at, self.clock()),
            again=observation,
            chosen=chosen,
            present=True,
        )

    def _chosen(self, transaction: Transaction, observation: Observation, session_id: str) -> ParkingSession:
        chosen = self.store.parking.sessions.find(transaction.session, session_id)
        if chosen.lot_id != observation.lot_id or chosen.closed_at is not None or observation.direction != "exit":
            raise Conflict(f"parking session {session_id}: wanted an open one of this lot, for a car at an exit")
        return chosen
