"""Cars before lanes, and what is answered, as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.plate_mask import shown
from api.schemas.common import Answer, Request, Slug, UtcTime
from api.schemas.parking import PLATE, MoneyOut, PlateText, ReasonWord
from pipelines.events import DecisionWord
from pipelines.parking import sessions
from pipelines.parking.sessions import Candidate, Passage, Sighting
from pipelines.parking.words import Direction, Reason
from pipelines.records.values import ApiKey
from vision.plate_alphabet import KINDS, PlateKind
from vision.plate_formats import fit
from vision.types import PlateReading

_SESSION = "ses_0123456789abcdef0123456789abcdef"
_ANSWER: JsonDict = {
    "plate": PLATE,
    "lot": "harbour",
    "decision": "rejected",
    "reason": "payment_due",
    "session": _SESSION,
    "due": {"amount": "10.00", "currency": "CNY"},
    "expires_at": "2026-11-21T08:00:05Z",
    "candidates": [],
}
_PASSAGE: JsonDict = {
    **_ANSWER,
    "observation_id": "obs_0123456789abcdef0123456789abcdef",
    "lane": "out-1",
    "direction": "exit",
    "repeated": False,
}
Visit = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]


class SightingFields(Request):
    """A car before a lane: a `plate` as the caller knows it, or a part `image` to read it from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lane": "in-1", "plate": PLATE}]})

    lane: Slug
    plate: PlateText | None = None
    confidence: Annotated[
        float | None,
        Field(ge=0, le=1, description="of a camera's reading; without it the caller stands for the plate"),
    ] = None
    agreeing: Annotated[int, Field(ge=1, le=10_000, description="reads that said exactly this")] = 1
    kind: PlateKind | None = None
    seen_at: Annotated[UtcTime | None, Field(description="default: now; for one told late nothing opens")] = None
    camera: Annotated[Slug | None, Field(description="with `visit`: who saw it")] = None
    visit: Annotated[
        Visit | None, Field(description="with `camera`: one passage; told again, it is the same session")
    ] = None

    def told(self, now: datetime) -> Sighting:
        """The sighting of a plate that the caller names; what a camera read must fit a format of its kind."""
        return Sighting(
            plate=self.plate,
            confidence=1.0 if self.confidence is None else self.confidence,
            seen_at=self.seen_at or now,
            kind=self.kind,
            plausible=self.confidence is None or _fits(self.plate, self.kind),
            agreeing=self.agreeing,
            camera_id=self.camera,
            visit=self.visit,
            vouched=self.confidence is None,
        )

    def seen(self, reading: PlateReading, now: datetime, *, whole: bool) -> Sighting:
        """The sighting of a plate that was read off a still picture.

        Args:
            reading: of the plate.
            now: aware UTC.
            whole: a still picture needs no second read, unless a part of the plate may lie beyond its border.
        """
        return Sighting(
            plate=reading.text,
            confidence=reading.confidence,
            seen_at=self.seen_at or now,
            kind=reading.kind,
            plausible=reading.plausible,
            candidates=tuple(candidate.text for candidate in reading.candidates[1:]),
            camera_id=self.camera,
            visit=self.visit,
            vouched=whole,
        )


def _fits(text: str | None, kind: PlateKind | None) -> bool:
    return text is not None and any(fit(text, one) for one in ((kind,) if kind else KINDS))


class CandidateOut(Answer):
    """A session that the car may belong to; an operator picks."""

    session: str
    plate: str
    entered_at: datetime | None

    @classmethod
    def of(cls, candidate: Candidate, key: ApiKey) -> "CandidateOut":
        """The candidate as the key may see it."""
        return cls(session=candidate.session_id, plate=shown(candidate.plate, key), entered_at=candidate.entered_at)


class LookupOut(Answer):
    """May it pass, why, and what is owed. Only `accepted` opens, and nothing opens after `expires_at`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWER]})

    plate: Annotated[str | None, Field(description="masked for keys without `parking:plates`; null: not legible")]
    lot: str
    decision: DecisionWord
    reason: Reason
    session: str | None
    due: Annotated[MoneyOut | None, Field(description="to be paid before it may leave")]
    expires_at: datetime
    candidates: Annotated[list[CandidateOut], Field(description="for an operator")]

    @classmethod
    def of(cls, answer: sessions.Answer, key: ApiKey, told: str | None = None) -> "LookupOut":
        """The answer as the key may see it.

        Args:
            answer: of the service.
            key: who asks.
            told: the plate that the caller named itself: it is no news to it.
        """
        plate = answer.plate
        return cls(
            plate=plate if plate is None or plate == told else shown(plate, key),
            lot=answer.lot_id,
            decision=answer.decision,
            reason=answer.reason,
            session=answer.session_id,
            due=MoneyOut.of(answer.due) if answer.due else None,
            expires_at=answer.expires_at,
            candidates=[CandidateOut.of(candidate, key) for candidate in answer.candidates],
        )


class PassageOut(LookupOut):
    """What was decided on one car in one lane, as it is on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PASSAGE]})

    observation_id: str
    lane: str | None
    direction: Direction
    repeated: Annotated[bool, Field(description="decided before, on the same visit; nothing was done now")]

    @classmethod
    def of_passage(cls, passage: Passage, key: ApiKey, told: str | None = None) -> "PassageOut":
        """The passage as the key may see it; the arguments are those of `LookupOut.of`."""
        return cls(
            **LookupOut.of(passage, key, told).model_dump(),
            observation_id=passage.observation_id,
            lane=passage.lane_id,
            direction=passage.direction,
            repeated=passage.repeated,
        )


class ResolutionIn(Request):
    """What an operator found out about a car: whose session it is, or what its plate reads."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"session": _SESSION, "reason": "ticket-shown"}]})

    session: Annotated[str | None, Field(description="one of the candidates, say")] = None
    plate: PlateText | None = None
    reason: ReasonWord


class DismissalIn(Request):
    """Why an observation needs no operator any more."""

    reason: ReasonWord


class ObservationOut(Answer):
    """A sighting on record; the decision on it, and whether an operator dealt with it."""

    id: str
    lot: str
    lane: str
    direction: Direction
    plate: str | None
    kind: PlateKind | None
    confidence: float
    agreeing: int
    candidates: Annotated[list[str], Field(description="other texts it may be")]
    seen_at: datetime
    camera: str | None
    visit: str | None
    decision: DecisionWord
    reason: Reason
    session: str | None
    decided_at: datetime
    expires_at: datetime
    has_evidence: bool
    resolved_at: datetime | None

    @classmethod
    def of(cls, observation: sessions.Observation, key: ApiKey) -> "ObservationOut":
        """The record as the key may see it."""
        return cls(
            id=observation.id,
            lot=observation.lot_id,
            lane=observation.lane_id,
            direction=observation.direction,
            plate=None if observation.plate is None else shown(observation.plate, key),
            kind=observation.kind,
            confidence=observation.confidence,
            agreeing=observation.agreeing,
            candidates=[shown(text, key) for text in observation.candidates],
            seen_at=observation.seen_at,
            camera=observation.camera_id,
            visit=observation.visit,
            decision=observation.decision,
            reason=observation.reason,
            session=observation.session_id,
            decided_at=observation.decided_at,
            expires_at=observation.expires_at,
            has_evidence=observation.evidence_id is not None,
            resolved_at=observation.resolved_at,
        )
