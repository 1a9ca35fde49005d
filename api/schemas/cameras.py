"""Cameras, as they travel."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.schemas.common import Address, Answer, Request, Slug
from pipelines.ingest.address import redact_url
from pipelines.ingest.status import CameraState, CameraStatus
from pipelines.records.checks import PLACE
from pipelines.records.gate_values import Camera
from pipelines.street_cameras import StreetSettings

_STREET: JsonDict = {
    "time_zone": "Asia/Shanghai",
    "zones": [
        {
            "id": "pavement",
            "points": [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]],
            "rules": [{"rule": "thing", "kind": "L07", "start_after_s": 120}],
        }
    ],
}


class CameraIn(Request):
    """Where pictures come from."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": "north-cam", "url": "rtsp://user:password@10.0.0.17/stream1", "gate": "north"},
                {"id": "entry-cam", "url": "rtsp://10.0.0.18/stream1", "lane": "plate", "lane_id": "garage/in"},
                {"id": "quay-3", "url": "rtsp://10.0.0.19/stream1", "lane": "street", "fps": 3, "street": _STREET},
            ]
        }
    )

    id: Slug
    url: Annotated[Address, Field(description="file:, rtsp:, http: or webcam: address; its secrets are never shown")]
    lane: Annotated[Literal["face", "plate", "street"], Field(description="what is looked for")] = "face"
    gate: Annotated[str | None, Field(description="of a face camera: decides on whom it sees")] = None
    lane_id: Annotated[
        str | None,
        Field(pattern=f"^{PLACE.pattern}$", description="of a plate camera: the parking lane it watches, LOT/LANE"),
    ] = None
    fps: Annotated[
        float | None, Field(gt=0, le=120, description="frames analysed a second; null: all, of a street 3")
    ] = None
    street: Annotated[
        StreetSettings | None,
        Field(description="of a street camera, and always of one: zones in shares of the picture, and their rules"),
    ] = None

    def record(self, now: datetime) -> Camera:
        """The camera, made now."""
        return Camera(self.id, self.url, self.lane, now, self.gate, self.fps, self.lane_id, self.street)


class CameraChange(Request):
    """What becomes different; what is left out stays. Its lane stays, too: another lane is another camera."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fps": 2}, {"street": _STREET}]})

    url: Annotated[Address | None, Field(description="as of a new camera; null and nothing both leave it")] = None
    gate: str | None = None
    lane_id: Annotated[str | None, Field(pattern=f"^{PLACE.pattern}$")] = None
    fps: Annotated[float | None, Field(gt=0, le=120)] = None
    street: StreetSettings | None = None

    def of(self, camera: Camera) -> Camera:
        """The camera as it shall be."""
        given = self.model_dump(include={"fps"}, exclude_unset=True)
        names = {"gate": "gate_id", "lane_id": "lane_id", "street": "street"}
        given |= {names[name]: getattr(self, name) for name in names if name in self.model_fields_set}
        return replace(camera, url=self.url or camera.url, **given)


class CameraOut(Answer):
    """A camera and how it is doing."""

    id: str
    address: Annotated[str, Field(description="without user, password, path and query")]
    lane: str
    gate: str | None
    lane_id: str | None
    fps: float | None
    street: StreetSettings | None
    needs_detector: Annotated[
        tuple[str, ...],
        Field(description="kinds that its rules name and no street detector here can find"),
    ]
    created_at: datetime
    state: CameraState
    frames_read: int
    frames_analysed: int
    frames_dropped: Annotated[int, Field(description="that a newer one replaced before anybody had time for it")]
    frames_stale: Annotated[int, Field(description="that were too old when somebody had time for them")]
    frames_still: Annotated[int, Field(description="that were not looked at, for nothing moved")]
    reconnects: int
    last_error: Annotated[str | None, Field(description="a word; null while all is well")]
    last_frame_at: datetime | None

    @classmethod
    def of(cls, camera: Camera, status: CameraStatus, seen: frozenset[str]) -> "CameraOut":
        """The record and its status as an answer; `seen` are the classes that the street detector tells apart."""
        return cls(
            id=camera.id,
            address=redact_url(camera.url),
            lane=camera.lane,
            gate=camera.gate_id,
            lane_id=camera.lane_id,
            fps=camera.fps,
            street=camera.street,
            needs_detector=camera.street.silent_kinds(seen) if camera.street else (),
            created_at=camera.created_at,
            state=status.state,
            frames_read=status.frames_read,
            frames_analysed=status.frames_analysed,
            frames_dropped=status.frames_dropped,
            frames_stale=status.frames_stale,
            frames_still=status.frames_still,
            reconnects=status.reconnects,
            last_error=status.last_error,
            last_frame_at=status.last_frame_at,
        )
