"""What people do with cases; an act that is not allowed now is refused, and changes nothing.

A case never ends by a camera that saw nothing while it could not see: a camera's word counts when it is the case's own
camera, saw the place clear after the handling and after the last sighting, and is in health.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pipelines.records.database import Transaction
from pipelines.records.store import Store
from pipelines.records.values import new_id
from pipelines.services.case_intake import sent_back
from pipelines.services.case_steps import CaseSteps, Step
from pipelines.street.cases import Case, View, stage_after
from pipelines.street.cities import MOST_EXTENSION_MIN, Cities
from pipelines.street.incidents import Suppression
from pipelines.street.kinds import Kinds
from pipelines.street.words import Act, ViewOutcome, Witness
from vision.errors import BadInput, Conflict

Health = Callable[[str], bool | None]
"""Whether a camera sees what lies before it; None: this process does not run it."""
_OWN: dict[Act, str] = {"dispatch": "assignee", "extend": "minutes", "verify": "witness"}
"""What an act needs beside the reason; of no other act's use."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants done.

    Attributes:
        why: a word.
        assignee: of `dispatch`: who handles it, as a word.
        minutes: of `extend`: working minutes.
        witness: of `verify`: whose word it rests on.
        false_alarm: of `void`: nothing was there, so the camera is silenced for a while.
    """

    act: Act
    why: str
    assignee: str | None = None
    minutes: int | None = None
    witness: Witness | None = None
    false_alarm: bool = False

    def __post_init__(self) -> None:
        for act, name in _OWN.items():
            given = getattr(self, name) is not None
            if given != (act == self.act):
                raise BadInput(f"{name}: wanted it with {act} and nowhere else, got {self.act}")
        if self.false_alarm and self.act != "void":
            raise BadInput(f"false_alarm: wanted it with void and nowhere else, got {self.act}")
        if self.minutes is not None and not 1 <= self.minutes <= MOST_EXTENSION_MIN:
            raise BadInput(f"minutes: wanted 1 to {MOST_EXTENSION_MIN}, got {self.minutes}")


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """An order as it is carried out."""

    session: Session
    case: Case
    order: Order
    now: datetime


@dataclass(frozen=True, slots=True, eq=False)
class CaseDesk:
    """Carries out orders, each in one transaction.

    Attributes:
        clock: the time, aware UTC.
    """

    store: Store
    kinds: Kinds
    cities: Cities
    steps: CaseSteps
    health: Health
    clock: Callable[[], datetime]

    def carry_out(self, case_id: str, order: Order, actor: str) -> Case:
        """The case after the act.

        Raises:
            NotFound: no such case.
            Conflict: the act is not allowed now; the message says why.
        """
        with self.store.street.writing() as transaction:
            case = self.store.street.cases.find(transaction.session, case_id)
            state, now = case.after(order.act), self.clock()
            after = replace(self._changed(_Turn(transaction.session, case, order, now)), state=state)
            if state != case.state or order.act == "verify":
                after = replace(after, due_at=self._due(after, now), extensions=0)
            if order.false_alarm:
                self._suppress(transaction, case, actor, now)
            return self.steps.take(transaction, case, after, Step(order.act, actor, order.why, now, _details(order)))

    def look(self, case_id: str, view: View, actor: str) -> tuple[Case, View]:
        """The case and what counts of the view: nothing that a camera out of health saw is clear.

        Raises:
            NotFound: no such case.
            BadInput: the view is older than the handling.
            Conflict: the case waits for no look, or another camera sees its place.
        """
        with self.store.street.writing() as transaction:
            session, now = transaction.session, self.clock()
            case = self.store.street.cases.find(session, case_id)
            counted = replace(view, outcome=self._counted(session, case, view), at=min(view.at, now))
            self.store.street.history.add_view(session, case_id, counted)
            seen = counted.at if counted.outcome == "still_there" else case.last_seen_at
            after = replace(case, last_seen_at=max(seen, case.last_seen_at))
            details = {"camera": view.camera_id, "told": view.outcome}
            step = Step("look", actor, counted.outcome, now, details)
            return self.steps.take(transaction, case, after, step), counted

    def _changed(self, turn: _Turn) -> Case:
        """The case with all that the act changes but its state and its deadline.

        Raises:
            Conflict: what the act asks for is not given.
        """
        match turn.order.act:
            case "accept" | "register":
                return turn.case
            case "dispatch" | "handle":
                return _brought_on(turn)
            case "extend":
                return self._extended(turn)
            case "verify" | "close":
                return self._confirmed(turn)
            case "rework":
                self._require_reopening(turn.case, turn.now)
                return sent_back(turn.case, turn.now)
            case "void":
                return replace(turn.case, ended_at=turn.now, false_alarm=turn.order.false_alarm)

    def _confirmed(self, turn: _Turn) -> Case:
        """Verified, or closed."""
        case, witness = turn.case, turn.order.witness
        if turn.order.act == "close":
            self._require_still_clear(turn.session, case)
            return replace(case, ended_at=turn.now)
        if witness == "camera":
            self._require_clear_view(turn.session, case)
        return replace(case, verified_at=turn.now, witness=witness)

    def _extended(self, turn: _Turn) -> Case:
        case, city = turn.case, self.cities.get(turn.case.city)
        most = city.terms_of(case.kind).max_extensions
        if case.extensions >= most:
            raise Conflict(f"case {case.id}: wanted at most {most} extensions of a stage, got one more")
        begin = max(case.due_at or turn.now, turn.now)
        due_at = city.later(case.kind, begin, turn.order.minutes or 0)
        return replace(case, due_at=due_at, extensions=case.extensions + 1)

    def _due(self, case: Case, now: datetime) -> datetime | None:
        stage = stage_after(case.state)
        return None if stage is None else self.cities.get(case.city).due(case.kind, stage, now)

    def _require_clear_view(self, session: Session, case: Case) -> None:
        if case.camera_id is None or case.handled_at is None:
            raise Conflict(f"case {case.id}: wanted a person's word, for no camera sees the place")
        self._require_health(session, case.id, case.camera_id)
        view = self.store.street.history.last_view(session, case.id, case.camera_id)
        # A view from before the last handling proves nothing about it.
        outcome = "none" if view is None or view.at < case.handled_at else view.outcome
        if view is None or outcome != "seen_clear":
            raise Conflict(f"case {case.id}: wanted a view of {case.camera_id} that is seen_clear, got {outcome}")
        if case.last_seen_at > view.at:
            raise Conflict(f"case {case.id}: wanted a view from after the last sighting, got one from before")

    def _require_still_clear(self, session: Session, case: Case) -> None:
        if case.verified_at is None or case.last_seen_at > case.verified_at:
            raise Conflict(f"case {case.id}: was seen again after it was verified; verify or rework it")
        if case.witness == "camera" and case.camera_id is not None:
            self._require_clear_view(session, case)

    def _require_reopening(self, case: Case, now: datetime) -> None:
        minutes = self.cities.get(case.city).terms_of(case.kind).reopen_min
        if case.ended_at is not None and now >= case.ended_at + timedelta(minutes=minutes):
            raise Conflict(f"case {case.id}: wanted one that was closed in the last {minutes} minutes; report it anew")

    def _require_health(self, session: Session, case_id: str, camera_id: str) -> None:
        if self._unhealthy(session, case_id, camera_id):
            raise Conflict(f"case {case_id}: camera {camera_id} is out of health, so what it sees proves nothing")

    def _counted(self, session: Session, case: Case, view: View) -> ViewOutcome:
        if case.handled_at is None or not case.is_open:
            raise Conflict(f"case {case.id}: look wants a case that is handled or verified, got one {case.state}")
        if view.camera_id != case.camera_id:
            raise Conflict(f"case {case.id}: wanted a look of its own camera {case.camera_id}, got {view.camera_id}")
        if view.at < case.handled_at:
            raise BadInput(f"at: wanted a time after the handling at {case.handled_at}, got {view.at}")
        blind = view.outcome == "seen_clear" and self._unhealthy(session, case.id, view.camera_id)
        return "camera_unhealthy" if blind else view.outcome

    def _unhealthy(self, session: Session, case_id: str, camera_id: str) -> bool:
        kinds = [kind.code for kind in self.kinds.kind if kind.camera_health]
        known_blind = self.store.street.cases.any_open(session, camera_id, kinds, but=case_id)
        return known_blind or self.health(camera_id) is False

    def _suppress(self, transaction: Transaction, case: Case, actor: str, now: datetime) -> None:
        """Silence the camera there for this kind; where a person told of it, or the kind never is, nothing happens."""
        hours = self.cities.get(case.city).terms_of(case.kind).suppress_h
        if case.source != "camera" or case.camera_id is None or not hours:
            return
        made = Suppression(
            id=new_id("sup"),
            camera_id=case.camera_id,
            zone=case.zone,
            kind=case.kind,
            city=case.city,
            purpose=case.purpose,
            case_id=case.id,
            created_at=now,
            created_by=actor,
            expires_at=now + timedelta(hours=hours),
        )
        self.store.street.suppressions.add(transaction.session, made)


def _brought_on(turn: _Turn) -> Case:
    """Dispatched, or handled."""
    if turn.order.act == "dispatch":
        return replace(turn.case, assignee=turn.order.assignee)
    return replace(turn.case, handled_at=turn.now)


def _details(order: Order) -> dict[str, str | int | bool | None]:
    details = {name: getattr(order, name) for name in _OWN.values()}
    return {name: value for name, value in {**details, "false_alarm": order.false_alarm or None}.items() if value}
