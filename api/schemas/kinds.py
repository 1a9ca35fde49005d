"""Kinds of incidents, as they travel."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import Answer
from pipelines.street.kinds import Capabilities, Grade, Kind, Means, Need


class WayOut(Answer):
    """One way to find a kind; it takes all of `by`."""

    by: tuple[Means, ...]
    needs: tuple[Need, ...]
    classes: Annotated[tuple[str, ...], Field(description="any of these a network must know; none: the kind's code")]


class KindOut(Answer):
    """One kind of incident."""

    code: Annotated[str, Field(description="GB/T 47678.5-2026, or a local L-code", examples=["06010"])]
    old_code: Annotated[str | None, Field(description="GB/T 30428.2, where one follows", examples=["01010"])]
    name_zh: str
    name_en: str
    grade: Annotated[
        Grade,
        Field(
            description="A needs no learned class, B the street detector, C a class of ours, D the customer's own "
            "model, a sensor or patrol"
        ),
    ]
    suspected: Annotated[bool, Field(description="what is found is a suspicion that a person has to judge")]
    ways: tuple[WayOut, ...]
    available: Annotated[bool, Field(description="found here without people; reports are taken of every kind")]

    @classmethod
    def of(cls, kind: Kind, here: Capabilities) -> "KindOut":
        """The kind, given what works here."""
        return cls(
            code=kind.code,
            old_code=kind.old_code,
            name_zh=kind.name_zh,
            name_en=kind.name_en,
            grade=kind.grade_here(here),
            suspected=kind.suspected,
            ways=tuple(WayOut.model_validate(way) for way in kind.ways),
            available=kind.available(here),
        )
