"""Events as ONVIF has them over MQTT (Core specification, chapter Event Broker): topics, and JSON behind `onvif-ej`.

`PREFIX/onvif-ej/TOPIC/&CAMERA/PLACE[/LANE]`: TOPIC is ONVIF's own where it has one for what happened (recognised faces
and plates), and `tns:citygate/...` where it has none. CAMERA is the camera that saw it, PLACE the gate, parking lot
(with its LANE) or street zone; `-` stands for none. So `PREFIX/onvif-ej/RuleEngine/Recognition/LicensePlate/&in-cam/#`
is every plate of one camera, and `PREFIX/onvif-ej/tns:citygate/Parking/+/&+/harbour/#` all of one lot.
"""

import re
from datetime import UTC

from pipelines.events import Event, EventKind
from pipelines.outlets.signing import compact_json

PAYLOAD_PREFIX = "onvif-ej"
TOPICS: dict[EventKind, str] = {
    "face.decision": "RuleEngine/Recognition/Face",
    "plate.read": "RuleEngine/Recognition/LicensePlate",
    "barrier.command": "tns:citygate/AccessControl/Barrier",
    "camera.state": "tns:citygate/VideoSource/State",
    "consent.withdrawn": "tns:citygate/Privacy/ConsentWithdrawn",
    "subject.erased": "tns:citygate/Privacy/SubjectErased",
    "parking.entry": "tns:citygate/Parking/Entry",
    "parking.exit": "tns:citygate/Parking/Exit",
    "parking.refused": "tns:citygate/Parking/Refused",
    "parking.payment": "tns:citygate/Parking/Payment",
    "parking.operator_needed": "tns:citygate/Parking/OperatorNeeded",
    "incident.reported": "tns:citygate/Street/Incident",
    "case.changed": "tns:citygate/Street/Case",
}
_SOURCES = {"camera_id": "VideoSource", "gate_id": "Gate", "lot_id": "Lot", "lane_id": "Lane", "zone": "Rule"}
_SAYS_ITSELF = {"kind", "occurred_at", *_SOURCES}
_NOT_IN_TOPICS = re.compile(r"[+#/&\s\x00-\x1f\x7f]")


def availability_topic(prefix: str) -> str:
    """Where `online` stands while the publisher is connected, and `offline` from then on, both retained."""
    return f"{prefix}/availability"


def topic_of(prefix: str, event: Event) -> str:
    """The topic that the event is published on."""
    place = [event.gate_id or event.lot_id or event.zone]
    if event.gate_id is None and event.lane_id is not None:
        place.append(event.lane_id)
    source = "/".join(_NOT_IN_TOPICS.sub("_", part or "-") for part in (event.camera_id, *place))
    return f"{prefix}/{PAYLOAD_PREFIX}/{TOPICS[event.kind]}/&{source}"


def payload_of(event: Event) -> bytes:
    """`{"UtcTime", "Source", "Data"}`; a camera's state is a property and says so. `Data` has the event's own names."""
    told = event.model_dump(mode="json", exclude_none=True)
    message = {
        "UtcTime": event.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        **({"PropertyOperation": "Changed"} if event.kind == "camera.state" else {}),
        "Source": {name: told[field] for field, name in _SOURCES.items() if field in told},
        "Data": {"type": event.kind} | {name: value for name, value in told.items() if name not in _SAYS_ITSELF},
    }
    return compact_json(message)
