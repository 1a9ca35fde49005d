"""What should be said to a car in a lane; it records nothing and opens nothing.

Entry, in this order: blocked, inside already (as the lot's anti-passback says), a right that has room, visitors, room.
Exit: blocked; the open session of exactly this plate; a right of its own although nobody saw it enter; the open session
of the one plate at this lot that differs in one confusable character. Two of those are the operator's to choose from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from pipelines.events import DecisionWord
from pipelines.parking.charges import Charge, stay_fee
from pipelines.parking.money import Money, nothing
from pipelines.parking.places import Lot, Occupancy
from pipelines.parking.rights import Right
from pipelines.parking.sessions import Session as ParkingSession
from pipelines.parking.sessions import Sighting
from pipelines.parking.words import Reason
from pipelines.records.parking import ParkingRecords
from pipelines.records.parking_places import lot_row
from pipelines.records.parking_rates import read_rate

AGREEING_READS = 2


@dataclass(frozen=True, slots=True)
class Car:
    """A car in a lane, for one decision.

    Attributes:
        plate: normalised.
        lane_id: None: not known; rights of some lanes count then too.
        at: when it stands there, aware UTC; rights and fees are those of this moment.
    """

    lot: Lot
    plate: str
    lane_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What should be said.

    Attributes:
        session: the stay that this is about; of an entry the one that is open already.
        right: what the car comes or goes by; None: it pays.
        charge: the account of an exit.
        candidates: sessions for the operator.
    """

    decision: DecisionWord
    reason: Reason
    session: ParkingSession | None = None
    right: Right | None = None
    charge: Charge | None = None
    candidates: Sequence[ParkingSession] = ()

    @property
    def due(self) -> Money | None:
        return None if self.charge is None else self.charge.due


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges within the transaction that the caller brings.

    Attributes:
        min_confidence: what the least certain character needs, 0..1.
    """

    records: ParkingRecords
    min_confidence: float

    def distrust(self, sighting: Sighting) -> Reason | None:
        """Why nobody may act on this text; None: it can be trusted."""
        if sighting.plate is None or (sighting.agreeing < AGREEING_READS and not sighting.vouched):
            return "not_enough_reads"
        if not sighting.plausible:
            return "implausible_text"
        return "low_confidence" if sighting.confidence < self.min_confidence else None

    def entry(self, session: Session, car: Car) -> Verdict:
        """May it come in?"""
        rights = self._rights(session, car)
        if _blocked(rights):
            return Verdict("rejected", "blocklisted")
        inside = self.records.sessions.open_of(session, car.lot.id, car.plate)
        if inside is not None and car.lot.anti_passback != "close_old":
            return _passed_back(car.lot, inside)
        for reason, right in _free(rights):
            if self._has_room(session, right, inside):
                return Verdict("accepted", reason, inside, right)
        if not car.lot.visitors:
            return Verdict("rejected", "no_right", inside)
        # The car that leaves its old session behind takes no second place.
        if inside is None and self.occupancy(session, car.lot.id).is_full:
            return Verdict("rejected", "lot_full")
        return Verdict("accepted", "new_session", inside)

    def exit(self, session: Session, car: Car, chosen: ParkingSession | None = None) -> Verdict:
        """May it go out?

        Args:
            chosen: the session that an operator says it is; None: find it.
        """
        rights = self._rights(session, car)
        found = chosen or self.records.sessions.open_of(session, car.lot.id, car.plate)
        if _blocked(rights):
            return Verdict("rejected", "blocklisted", found)
        if found is not None:
            return self._leaving(session, car, found)
        for reason, right in _free(rights):
            return Verdict("accepted", reason, None, right)
        near = self.records.sessions.open_near(session, car.lot.id, car.plate)
        if not near:
            return Verdict("unknown", "no_session")
        if len(near) > 1:
            return Verdict("unknown", "needs_operator", candidates=near)
        return self._leaving(session, car, near[0])

    def charge(self, session: Session, parked: ParkingSession, at: datetime) -> tuple[Charge, Right | None]:
        """What the session owes at this moment, and the right that it leaves by or came by."""
        rights = self._rights_of(session, parked)
        rate = read_rate(session, parked.rate_id, parked.rate_version)
        if parked.closed_at is not None or parked.entered_at is None:
            fee = parked.fee or nothing(rate.currency)
        else:
            fee = stay_fee(rate, parked.entered_at, at, rights)
        paid = self.records.payments.paid(session, parked.id, rate.currency)
        in_grace = parked.covered_until is not None and at <= parked.covered_until
        holding = [right for right in rights if right.holds_at(at)]
        return Charge(fee, paid, in_grace), next(iter(holding or rights), None)

    def right_at_entry(self, session: Session, lot: Lot, parked: ParkingSession, entered_at: datetime) -> Right | None:
        """By what an open session's plate would have come in; None: as a visitor."""
        car = Car(lot, parked.plate, parked.entry_lane_id, entered_at)
        usable = (right for _, right in _free(self._rights(session, car)) if self._has_room(session, right, parked))
        return next(usable, None)

    def occupancy(self, session: Session, lot_id: str) -> Occupancy:
        """How full the lot is."""
        row = lot_row(session, lot_id)
        return Occupancy(lot_id, self.records.sessions.count_open(session, lot_id), row.adjustment, row.capacity)

    def _leaving(self, session: Session, car: Car, parked: ParkingSession) -> Verdict:
        # The car that came in may be blocked under its own plate, whatever was read now.
        if parked.plate != car.plate and _blocked(self._rights(session, replace(car, plate=parked.plate))):
            return Verdict("rejected", "blocklisted", parked)
        charge, right = self.charge(session, parked, car.at)
        if charge.due.is_positive:
            return Verdict("rejected", "payment_due", parked, right, charge)
        return Verdict("accepted", _settled(charge, right, car.at), parked, right, charge)

    def _rights(self, session: Session, car: Car) -> list[Right]:
        """The car's rights that hold here and now."""
        found = self.records.rights.of_car(session, car.lot.id, car.plate)
        return [right for right in found if right.holds_at(car.at) and right.holds_in(car.lane_id)]

    def _has_room(self, session: Session, right: Right, inside: ParkingSession | None) -> bool:
        if right.max_inside is None:
            return True
        mine = 1 if inside is not None and inside.right_id == right.id else 0
        return self.records.sessions.count_under(session, right.id) - mine < right.max_inside

    def _rights_of(self, session: Session, parked: ParkingSession) -> list[Right]:
        """The right that it came by, and those that have begun since: a permit is bought or renewed inside too."""
        mine = None if parked.right_id is None else self.records.rights.find(session, parked.right_id)
        found = self.records.rights.of_car(session, parked.lot_id, parked.plate)
        begun = [right for _, right in _free(found) if parked.entered_at and right.valid_from > parked.entered_at]
        return ([] if mine is None else [mine]) + [right for right in begun if self._has_room(session, right, parked)]


def _passed_back(lot: Lot, inside: ParkingSession) -> Verdict:
    if lot.anti_passback == "refuse":
        return Verdict("rejected", "already_inside", inside)
    return Verdict("unknown", "needs_operator", inside, candidates=(inside,))


def _blocked(rights: Sequence[Right]) -> bool:
    return any(right.kind == "blocklist" for right in rights)


def _free(rights: Sequence[Right]) -> list[tuple[Reason, Right]]:
    """The rights by which a car pays nothing, the whitelist's first."""
    listed: list[tuple[Reason, Right]] = [("whitelisted", right) for right in rights if right.kind == "whitelist"]
    return listed + [("permit", right) for right in rights if right.kind == "permit"]


def _settled(charge: Charge, right: Right | None, at: datetime) -> Reason:
    """Why nothing has to be paid."""
    if charge.paid.is_positive:
        return "within_grace" if charge.owed.is_positive else "paid"
    if right is not None and right.holds_at(at):
        return "whitelisted" if right.kind == "whitelist" else "permit"
    return "within_free_time"
