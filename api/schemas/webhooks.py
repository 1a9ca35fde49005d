"""Webhooks, as they travel."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.schemas.common import Address, Answer, Request, Slug, Words, without_secrets
from pipelines.events import EventKind
from pipelines.outlets.sender import Fault
from pipelines.outlets.signing import new_secret
from pipelines.records.outlet_values import Delivery, DeliveryState, Outlet, OutletState, Progress, Target, Wanted
from pipelines.records.values import ApiKey, new_id

Kinds = Annotated[list[EventKind], Field(max_length=50, description="empty: all kinds")]
Purposes = Annotated[
    list[Slug | Annotated[str, Field(pattern=r"^\*$")]],
    Field(min_length=1, max_length=100, description="of the key's own; events without a purpose are always told"),
]
Place = Annotated[str | None, Field(max_length=200)]


class WebhookIn(Request):
    """Whom to tell of which events."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://hooks.example/citygate", "kinds": ["parking.entry"], "lot": "harbour"}]
        }
    )

    url: Annotated[Address, Field(description="https; another answer than 2xx, a redirect too, is a refusal")]
    title: Words = "webhook"
    kinds: Kinds = []  # noqa: RUF012 - pydantic copies it
    purposes: Annotated[Purposes | None, Field(description="default: all of the key's")] = None
    camera: Place = None
    gate: Place = None
    lot: Place = None
    shadow: Annotated[bool, Field(description="also what was decided for the record only")] = False

    def record(self, key: ApiKey, now: datetime) -> Outlet:
        """The webhook with a new secret, made now."""
        wanted = Wanted(
            purposes=tuple(self.purposes or key.purposes),
            kinds=tuple(self.kinds),
            camera_id=self.camera,
            gate_id=self.gate,
            lot_id=self.lot,
            shadow=self.shadow,
        )
        target = Target(self.url, (new_secret(),))
        return Outlet(
            new_id("whk"), "webhook", self.title, wanted, key.id, now, Progress(0), target=target, key_id=key.id
        )


class WebhookChange(Request):
    """What is to be another from now on; what is left out stays. From then on the webhook is the caller's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": True}]})

    url: Address | None = None
    title: Words | None = None
    kinds: Kinds | None = None
    purposes: Purposes | None = None
    camera: Place = None
    gate: Place = None
    lot: Place = None
    shadow: bool | None = None
    enabled: Annotated[
        bool | None, Field(description="false: nothing is sent; true: it goes on behind the last event it was sent")
    ] = None

    def wanted(self, before: Wanted) -> Wanted:
        """The filter with what was given; null takes a camera, gate or lot away, and stands for nothing elsewhere."""
        given: dict[str, Any] = self.model_dump(exclude_unset=True)
        places = {f"{name}_id": given[name] for name in ("camera", "gate", "lot") if name in given}
        return Wanted(
            purposes=before.purposes if self.purposes is None else tuple(self.purposes),
            kinds=before.kinds if self.kinds is None else tuple(self.kinds),
            camera_id=places.get("camera_id", before.camera_id),
            gate_id=places.get("gate_id", before.gate_id),
            lot_id=places.get("lot_id", before.lot_id),
            shadow=before.shadow if self.shadow is None else self.shadow,
        )


class WebhookOut(Answer):
    """A webhook, without what must stay secret, and how far it is."""

    id: str
    title: str
    address: Annotated[str | None, Field(description="scheme, host and port of its url")]
    kinds: list[EventKind]
    purposes: list[str]
    camera: str | None
    gate: str | None
    lot: str | None
    shadow: bool
    state: Annotated[OutletState, Field(description="paused: its key was revoked or has expired")]
    reason: Annotated[str | None, Field(description="of a state that is not ok", examples=["status_500"])]
    key: str | None
    created_at: datetime
    cursor: Annotated[int, Field(description="the number of the last event that it was told of or that is none of its")]
    delivered: int
    delivered_at: datetime | None
    failed: Annotated[int, Field(description="tries that were not taken, since it was made")]
    failing_since: datetime | None

    @classmethod
    def of(cls, outlet: Outlet) -> "WebhookOut":
        """The record as an answer."""
        return cls(**_members(outlet))


class NewWebhookOut(WebhookOut):
    """A webhook with its secret, shown this once."""

    secret: Annotated[
        str, Field(description="`whsec_...`; deliveries are signed after the Standard Webhooks convention")
    ]

    @classmethod
    def of(cls, outlet: Outlet) -> "NewWebhookOut":
        """The record as an answer."""
        return cls(**_members(outlet), secret=outlet.target.secrets[0] if outlet.target else "")


class RotationIn(Request):
    """How long the secret before signs beside the new one."""

    overlap_h: Annotated[float, Field(ge=0, le=336)] = 24.0


class TrialOut(Answer):
    """What came of a delivery of the type `webhook.test`."""

    taken: bool
    reason: Annotated[str | None, Field(description="why it was not", examples=["no_connection", "status_404"])]

    @classmethod
    def of(cls, fault: Fault | None) -> "TrialOut":
        """The fault as an answer."""
        return cls(taken=fault is None, reason=fault.word if fault else None)


class DeliveryOut(Answer):
    """An event that was refused; the event itself is in `/v1/events` as long as it is kept."""

    event_id: str
    state: Annotated[DeliveryState, Field(description="set_aside: tried again by itself; dead: only when replayed")]
    tries: int
    reason: Annotated[str, Field(validation_alias="fault", examples=["status_422"])]
    set_aside_at: datetime
    next_try_at: Annotated[datetime | None, Field(description="null: never by itself")]

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        """The delivery as an answer."""
        shown = cls.model_validate(delivery)
        return shown.model_copy(update={"next_try_at": None}) if delivery.state == "dead" else shown


class ReplayOut(Answer):
    """How many deliveries are tried again."""

    replayed: int


def _members(outlet: Outlet) -> dict[str, Any]:
    wanted, progress = outlet.wanted, outlet.progress
    return {
        "id": outlet.id,
        "title": outlet.title,
        "address": without_secrets(outlet.target.url) if outlet.target else None,
        "kinds": list(wanted.kinds),
        "purposes": list(wanted.purposes),
        "camera": wanted.camera_id,
        "gate": wanted.gate_id,
        "lot": wanted.lot_id,
        "shadow": wanted.shadow,
        "state": outlet.state,
        "reason": outlet.why,
        "key": outlet.key_id,
        "created_at": outlet.created_at,
        "cursor": progress.cursor,
        "delivered": progress.delivered,
        "delivered_at": progress.delivered_at,
        "failed": progress.failed,
        "failing_since": progress.failing_since,
    }
