"""Sessions and payments, as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.plate_mask import shown
from api.schemas.common import Answer, Request
from api.schemas.parking import PLATE, MoneyIn, MoneyOut, PlateText, ReasonWord
from pipelines.parking.money import Money
from pipelines.parking.sessions import Payment, Session
from pipelines.parking.words import SessionState
from pipelines.records.values import ApiKey
from vision.plate_alphabet import PlateKind

_SESSION = "ses_0123456789abcdef0123456789abcdef"
_STAY: JsonDict = {
    "id": _SESSION,
    "lot": "harbour",
    "plate": PLATE,
    "kind": "blue",
    "state": "open",
    "entered_at": "2026-11-21T06:00:00Z",
    "entry_lane": "in-1",
    "left_at": None,
    "exit_lane": None,
    "right": None,
    "rate": "visitors",
    "rate_version": 1,
    "fee": None,
    "covered_until": None,
    "closed_at": None,
}


class SessionOut(Answer):
    """One stay of one car."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STAY]})

    id: str
    lot: str
    plate: Annotated[str, Field(description="masked for keys without `parking:plates`")]
    kind: PlateKind | None
    state: SessionState
    entered_at: Annotated[datetime | None, Field(description="null of a missed entry")]
    entry_lane: str | None
    left_at: datetime | None
    exit_lane: str | None
    right: Annotated[str | None, Field(description="under which it parks; null: it pays")]
    rate: str
    rate_version: Annotated[int, Field(description="the tariff of its entry, however often it was changed since")]
    fee: Annotated[MoneyOut | None, Field(description="of the whole stay; null while the car is inside")]
    covered_until: Annotated[datetime | None, Field(description="it may leave until then without paying more")]
    closed_at: datetime | None

    @classmethod
    def of(cls, session: Session, key: ApiKey) -> "SessionOut":
        """The record as the key may see it."""
        return cls(
            id=session.id,
            lot=session.lot_id,
            plate=shown(session.plate, key),
            kind=session.kind,
            state=session.state,
            entered_at=session.entered_at,
            entry_lane=session.entry_lane_id,
            left_at=session.left_at,
            exit_lane=session.exit_lane_id,
            right=session.right_id,
            rate=session.rate_id,
            rate_version=session.rate_version,
            fee=MoneyOut.of(session.fee) if session.fee else None,
            covered_until=session.covered_until,
            closed_at=session.closed_at,
        )


class PaymentIn(MoneyIn):
    """Money that came in for a session; the same reference again is the same payment."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"session": _SESSION, "amount": "10.00", "currency": "CNY", "reference": "kiosk-3/000871"}]
        }
    )

    session: str
    reference: Annotated[
        str, Field(pattern=r"^[\x21-\x7e]{1,200}$", description="the payer's or the provider's; no names")
    ]


class PaymentOut(Answer):
    """A payment and what it changed."""

    id: str
    session: str
    amount: str
    currency: str
    reference: str
    paid_at: datetime
    due_after: Annotated[MoneyOut, Field(description="still owed")]
    overpaid: Annotated[MoneyOut, Field(description="to be given back")]
    covered_until: Annotated[datetime | None, Field(description="the car may leave until then")]

    @classmethod
    def of(cls, payment: Payment) -> "PaymentOut":
        """The record as an answer."""
        return cls(
            id=payment.id,
            session=payment.session_id,
            **MoneyOut.of(payment.money).model_dump(),
            reference=payment.reference,
            paid_at=payment.paid_at,
            due_after=MoneyOut.of(payment.due_after),
            overpaid=MoneyOut.of(payment.overpaid),
            covered_until=payment.covered_until,
        )


class SessionDetailOut(SessionOut):
    """One stay, with what is owed now and what was paid."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_STAY, "due": {"amount": "10.00", "currency": "CNY"}, "payments": []}]}
    )

    due: MoneyOut
    payments: list[PaymentOut]

    @classmethod
    def with_money(cls, session: Session, due: Money, payments: tuple[Payment, ...], key: ApiKey) -> "SessionDetailOut":
        """The records as the key may see them."""
        return cls(
            **SessionOut.of(session, key).model_dump(),
            due=MoneyOut.of(due),
            payments=[PaymentOut.of(payment) for payment in payments],
        )


class CorrectionIn(Request):
    """What the plate of a session really is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"plate": PLATE, "reason": "misread"}]})

    plate: PlateText
    reason: ReasonWord


class ClosingIn(Request):
    """A car that left unseen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "space-empty", "waive": True}]})

    reason: ReasonWord
    waive: Annotated[bool, Field(description="charge nothing more")] = False


class PlateErasureIn(Request):
    """Whose traces must go."""

    plate: PlateText


class PlateErasureOut(Answer):
    """What one erasure removed."""

    sessions: int
    observations: int
    pictures: int
    rights: Annotated[int, Field(description="that lost this car; one without any other is gone")]
    answers: Annotated[int, Field(description="kept answers of Idempotency-Keys")]
