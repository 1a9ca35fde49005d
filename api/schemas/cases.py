"""Cases, as they travel."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.schemas.common import Answer, Request, Slug, UtcTime
from api.schemas.parking import ReasonWord
from pipelines.services.case_desk import Order
from pipelines.street.cases import Case, CasePicture, Transition, View
from pipelines.street.cities import MOST_EXTENSION_MIN
from pipelines.street.statistics import Statistics, Tally
from pipelines.street.words import Act, CaseState, PictureRole, Source, Stage, ViewOutcome, Witness


class CaseOut(Answer):
    """One thing to be put right."""

    id: str
    kind: str
    city: str
    source: Source
    state: CaseState
    waits_for: Annotated[Stage | None, Field(description="the act that brings it on; null when it is over")]
    due_at: Annotated[datetime | None, Field(description="in working hours of its city")]
    overdue: bool
    opened_at: datetime
    last_seen_at: datetime
    count: Annotated[int, Field(description="reports of it")]
    camera: str | None
    zone: str | None
    box: list[float] | None
    place: str | None
    assignee: str | None
    extensions: Annotated[int, Field(description="of the stage it is in")]
    reworks: int
    handled_at: datetime | None
    verified_at: datetime | None
    witness: Annotated[Witness | None, Field(description="whose word the verification rests on")]
    ended_at: datetime | None
    false_alarm: bool

    @classmethod
    def of(cls, case: Case, now: datetime) -> "CaseOut":
        """The record as an answer, as it stands now."""
        return cls(
            id=case.id,
            kind=case.kind,
            city=case.city,
            source=case.source,
            state=case.state,
            waits_for=case.waits_for,
            due_at=case.due_at,
            overdue=case.overdue_at(now),
            opened_at=case.opened_at,
            last_seen_at=case.last_seen_at,
            count=case.count,
            camera=case.camera_id,
            zone=case.zone,
            box=list(case.box.sides) if case.box else None,
            place=case.place,
            assignee=case.assignee,
            extensions=case.extensions,
            reworks=case.reworks,
            handled_at=case.handled_at,
            verified_at=case.verified_at,
            witness=case.witness,
            ended_at=case.ended_at,
            false_alarm=case.false_alarm,
        )


class TransitionIn(Request):
    """What is to be done with a case, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"act": "dispatch", "reason": "nearest-team", "assignee": "team-4"},
                {"act": "verify", "reason": "photograph-seen", "witness": "person"},
                {"act": "void", "reason": "shadow", "false_alarm": True},
            ]
        }
    )

    act: Act
    reason: ReasonWord
    assignee: Annotated[Slug | None, Field(description="of `dispatch`: who handles it; no person's name")] = None
    minutes: Annotated[
        int | None, Field(ge=1, le=MOST_EXTENSION_MIN, description="of `extend`: working minutes more")
    ] = None
    witness: Annotated[
        Witness | None,
        Field(description="of `verify`: `camera` wants a view of its own camera that is `seen_clear`; or a `person`"),
    ] = None
    false_alarm: Annotated[bool, Field(description="of `void`: nothing was there; silences the camera there")] = False

    def order(self) -> Order:
        """The order.

        Raises:
            BadInput: something that the act does not take, or takes and did not get.
        """
        return Order(self.act, self.reason, self.assignee, self.minutes, self.witness, self.false_alarm)


class StepOut(Answer):
    """One entry of a case's history."""

    at: datetime
    actor: Annotated[str, Field(description="the id of the key")]
    act: Annotated[str, Field(description="of the transitions, or `report`, `look` or `gone`")]
    before: CaseState | None
    after: CaseState
    reason: str
    details: dict[str, str | int | bool | None]

    @classmethod
    def of(cls, step: Transition) -> "StepOut":
        """The record as an answer."""
        return cls(
            at=step.at,
            actor=step.actor,
            act=step.act,
            before=step.before,
            after=step.after,
            reason=step.why,
            details=dict(step.details),
        )


class ViewIn(Request):
    """What the case's camera saw of its place after the handling."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"camera": "quay-3", "outcome": "seen_clear"}]})

    camera: Slug
    outcome: ViewOutcome
    at: Annotated[UtcTime | None, Field(description="default: now")] = None

    def record(self, now: datetime) -> View:
        """The view, seen now unless it says when."""
        return View(self.camera, self.outcome, self.at or now)


class ViewOut(Answer):
    """What counts of a view: an unhealthy camera saw nothing clear."""

    camera: str
    outcome: ViewOutcome
    at: datetime
    case: CaseOut

    @classmethod
    def seen(cls, case: Case, view: View, now: datetime) -> "ViewOut":
        """The records as an answer."""
        return cls(camera=view.camera_id, outcome=view.outcome, at=view.at, case=CaseOut.of(case, now))


class PictureFields(Request):
    """What a picture of a case shows."""

    role: PictureRole


class PictureOut(Answer):
    """A picture of a case; its file is another address."""

    id: str
    role: PictureRole
    created_at: datetime

    @classmethod
    def of(cls, picture: CasePicture) -> "PictureOut":
        """The record as an answer."""
        return cls.model_validate(picture)


class TallyOut(Answer):
    """Cases counted."""

    cases: int
    ended: Annotated[int, Field(description="closed or voided")]
    false_alarms: Annotated[int, Field(description="voided as such, of those that ended")]
    false_alarm_share: Annotated[float | None, Field(description="of those that ended; null when none did")]


class KindTallyOut(TallyOut):
    """Cases of one kind."""

    kind: str


class CameraTallyOut(TallyOut):
    """Cases of one camera."""

    camera: Annotated[str | None, Field(description="null: cases that no camera sees")]


class StatisticsOut(Answer):
    """Of the cases that were opened in a span of time."""

    since: datetime
    until: datetime
    total: TallyOut
    by_kind: list[KindTallyOut]
    by_camera: list[CameraTallyOut]
    by_hour: Annotated[list[int], Field(description="24 numbers: cases opened in each hour of their city's day")]

    @classmethod
    def of(cls, statistics: Statistics, since: datetime, until: datetime) -> "StatisticsOut":
        """The numbers as an answer."""
        return cls(
            since=since,
            until=until,
            total=TallyOut.model_validate(statistics.total),
            by_kind=[KindTallyOut(kind=kind, **_numbers(one)) for kind, one in statistics.by_kind.items()],
            by_camera=[CameraTallyOut(camera=camera, **_numbers(one)) for camera, one in statistics.by_camera.items()],
            by_hour=list(statistics.by_hour),
        )


def _numbers(tally: Tally) -> dict[str, Any]:
    return TallyOut.model_validate(tally).model_dump()
