"""What was read from a picture, as it travels."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.schemas.common import Answer, Request
from vision.plate_alphabet import PlateKind
from vision.types import PlateCandidate, PlateObservation, PlateReading

_READING: JsonDict = {
    "text": "粤B12345",
    "confidence": 0.97,
    "char_confidence": [0.99, 0.99, 0.99, 0.98, 0.97, 0.99, 0.99],
    "kind": "blue",
    "kind_confidence": 0.99,
    "region": "粤",
    "plausible": True,
    "accepted": True,
    "detection_confidence": 0.93,
    "box": [412.0, 310.5, 548.0, 355.0],
    "corners": [[412.0, 311.0], [547.5, 310.5], [548.0, 354.0], [412.5, 355.0]],
    "candidates": [{"text": "粤B12345", "confidence": 0.93, "plausible": True}],
}


class NoFields(Request):
    """Nothing beside the picture."""


class PlateCandidateOut(Answer):
    """A text that the plate may say."""

    text: str
    confidence: Annotated[float, Field(description="of the whole text, 0..1")]
    plausible: Annotated[bool, Field(description="the text fits a format of the kind")]

    @classmethod
    def of(cls, candidate: PlateCandidate) -> "PlateCandidateOut":
        """The candidate as an answer."""
        return cls.model_validate(candidate)


class PlateReadingOut(Answer):
    """One plate as it was read; never changed to fit a format."""

    model_config = ConfigDict(json_schema_extra={"examples": [_READING]})

    text: Annotated[str, Field(description="upper case, without separators")]
    confidence: Annotated[float, Field(description="of the least certain character, 0..1")]
    char_confidence: Annotated[list[float], Field(description="of each character, 0..1")]
    kind: PlateKind
    kind_confidence: float
    region: Annotated[str | None, Field(description="the province of a Chinese plate")]
    plausible: Annotated[bool, Field(description="the text fits a format of its kind")]
    accepted: Annotated[bool, Field(description="certain enough for a gate to go by")]
    detection_confidence: Annotated[float, Field(description="that there is a plate at all, 0..1")]
    box: Annotated[list[float], Field(min_length=4, max_length=4, description="left, top, right, bottom in pixels")]
    corners: Annotated[
        list[Annotated[list[float], Field(min_length=2, max_length=2)]],
        Field(
            min_length=4,
            max_length=4,
            description="[x, y] in pixels: top-left, top-right, bottom-right, bottom-left, as the plate is read",
        ),
    ]
    candidates: Annotated[list[PlateCandidateOut], Field(description="the reading first, then what else it may say")]

    @classmethod
    def of(cls, plate: PlateObservation, reading: PlateReading, *, accepted: bool) -> "PlateReadingOut":
        """The observation and its reading as an answer."""
        return cls(
            text=reading.text,
            confidence=reading.confidence,
            char_confidence=list(reading.char_confidence),
            kind=reading.kind,
            kind_confidence=reading.kind_confidence,
            region=reading.region,
            plausible=reading.plausible,
            accepted=accepted,
            detection_confidence=plate.confidence,
            box=plate.xyxy.tolist(),
            corners=plate.corners.tolist(),
            candidates=[PlateCandidateOut.of(candidate) for candidate in reading.candidates],
        )


class PlatesOut(Answer):
    """The plates of a picture, most certain first."""

    items: list[PlateReadingOut]
    illegible: Annotated[int, Field(description="plates that were seen but could not be read")]
