"""The zones and lines of a street camera, as they travel."""

from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas.common import Answer
from pipelines.street.drawing import Drawing, Line, PlacedRule, Zone
from pipelines.street_cameras import StreetSettings


class ZonesIn(Drawing):
    """All zones and lines that a street camera is to have; what is not among them is gone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "zones": [
                        {
                            "id": "kerb",
                            "points": [[0.1, 0.6], [0.9, 0.6], [0.9, 0.9], [0.1, 0.9]],
                            "rules": [{"rule": "thing", "kind": "L07", "start_after_s": 120}],
                        }
                    ],
                    "lines": [{"id": "stop", "points": [[0.0, 0.5], [1.0, 0.5]]}],
                }
            ]
        }
    )

    zones: tuple[Zone, ...]
    lines: tuple[Line, ...]


class ZonesOut(Answer):
    """The zones and lines of a street camera."""

    camera: str
    zones: tuple[Zone, ...]
    lines: tuple[Line, ...]
    silent: Annotated[
        tuple[PlacedRule, ...],
        Field(description="rules that tell nothing and lines that count nobody: no detector here knows their classes"),
    ]

    @classmethod
    def of(cls, camera_id: str, street: StreetSettings, seen: frozenset[str]) -> "ZonesOut":
        """What is watched for as an answer; `seen` are the classes that the street detector tells apart."""
        return cls(camera=camera_id, zones=street.zones, lines=street.lines, silent=street.silent(seen))
