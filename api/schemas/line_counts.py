"""How many crossed the lines of a street camera, as it travels."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.common import Answer
from pipelines.street.line_counts import HourCount


class ClassCountOut(Answer):
    """How many of one class."""

    class_name: Annotated[str, Field(description="as the street detector names it; `mover` where motion is counted")]
    went_in: Annotated[int, Field(description="to the left of the way from the line's first point to its second")]
    went_out: int


class LineHourOut(Answer):
    """Who crossed one line in one hour."""

    line: str
    begins_at: Annotated[datetime, Field(description="of the hour, UTC")]
    seen_s: Annotated[
        float, Field(description="seconds of it that were looked at; what passed in the rest nobody counted")
    ]
    classes: list[ClassCountOut]

    @classmethod
    def of(cls, hour: HourCount) -> "LineHourOut":
        """An hour as an answer."""
        names = sorted(hour.went_in | hour.went_out)
        counts = [
            ClassCountOut(class_name=name, went_in=hour.went_in[name], went_out=hour.went_out[name]) for name in names
        ]
        return cls(line=hour.line, begins_at=hour.begins_at, seen_s=round(hour.seen_s, 1), classes=counts)


class LineCountsOut(Answer):
    """Hours in which the lines of a camera were watched, by line and time."""

    camera: str
    since: datetime
    until: datetime
    hours: list[LineHourOut]
