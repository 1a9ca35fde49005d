"""Cameras, as they travel."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import Address, Answer, Request, Slug
from pipelines.ingest.address import redact_url
from pipelines.ingest.status import CameraState, CameraStatus
from pipelines.records.gate_values import Camera


class CameraIn(Request):
    """Where pictures come from."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "north-cam", "url": "rtsp://user:password@10.0.0.17/stream1", "gate": "north"}]
        }
    )

    id: Slug
    url: Annotated[Address, Field(description="file:, rtsp:, http: or webcam: address; its secrets are never shown")]
    lane: Literal["face"] = "face"
    gate: Annotated[str | None, Field(description="decides on the faces that the camera sees")] = None
    fps: Annotated[float | None, Field(gt=0, le=120, description="frames analysed a second; null: all")] = None

    def record(self, now: datetime) -> Camera:
        """The camera, made now."""
        return Camera(id=self.id, url=self.url, lane=self.lane, created_at=now, gate_id=self.gate, fps=self.fps)


class CameraOut(Answer):
    """A camera and how it is doing."""

    id: str
    address: Annotated[str, Field(description="without user, password, path and query")]
    lane: str
    gate: str | None
    fps: float | None
    created_at: datetime
    state: CameraState
    frames_read: int
    frames_analysed: int
    frames_dropped: Annotated[int, Field(description="that a newer one replaced before anybody had time for it")]
    reconnects: int
    last_error: Annotated[str | None, Field(description="a word; null while all is well")]
    last_frame_at: datetime | None

    @classmethod
    def of(cls, camera: Camera, status: CameraStatus) -> "CameraOut":
        """The record and its status as an answer."""
        return cls(
            id=camera.id,
            address=redact_url(camera.url),
            lane=camera.lane,
            gate=camera.gate_id,
            fps=camera.fps,
            created_at=camera.created_at,
            state=status.state,
            frames_read=status.frames_read,
            frames_analysed=status.frames_analysed,
            frames_dropped=status.frames_dropped,
            reconnects=status.reconnects,
            last_error=status.last_error,
            last_frame_at=status.last_frame_at,
        )
