"""The kinds of incidents: what each is called, how it is found, and whether this installation can find it.

The list is data, `kinds.toml`; the old codes follow from the new ones, see `Kind.old_code`.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vision.errors import BadInput, ConfigurationError

SHIPPED = Path(__file__).parent / "kinds.toml"

Grade = Literal["A", "B", "C", "D"]
Means = Literal["objects", "visual_class", "picture_statistics", "text", "motion", "patrol_or_sensor"]
"""By what a kind is found; `patrol_or_sensor` comes from outside, over the API."""
Need = Literal["zone", "street_detector", "trained_class", "gauge", "sensor", "patrol"]

_OLD_CLASSES = MappingProxyType({"06": "01", "07": "02", "08": "03", "09": "04"})


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What of this installation finds things in streets by itself; by default nothing does.

    Attributes:
        rules: codes of the kinds that a rule here can raise; a detector without a rule finds nothing.
        means: that work here.
        classes: that the networks which serve here were trained for.
    """

    rules: frozenset[str] = frozenset()
    means: frozenset[Means] = frozenset()
    classes: frozenset[str] = frozenset()


NOTHING_HERE = Capabilities()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Way(_Strict):
    """One way to find a kind; it takes all of `by`.

    Attributes:
        needs: what has to be there for it, at the camera or in this installation.
        classes: of the networks; any one of them is enough.
    """

    by: tuple[Means, ...] = Field(min_length=1)
    needs: tuple[Need, ...]
    classes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _classes_of_a_network(self) -> Self:
        if self.classes and "visual_class" not in self.by:
            raise ValueError(f"classes: wanted them with visual_class only, got {self.classes} by {self.by}")
        return self


class Kind(_Strict):
    """One kind of incident.

    Attributes:
        code: of GB/T 47678.5-2026, a range where one kind here is several there, or a local L-code.
        grade: A runs without a learned class, B with the street detector, C with a trained class of ours, D needs the
            customer's own model, a sensor or patrol.
        grade_with_class: what the grade becomes where a class of ours serves; None: it stays.
        suspected: what is found is a suspicion, which a person has to judge.
        camera_health: while such an incident is open, what its camera sees proves nothing.
        ways: each is enough by itself.
    """

    code: str = Field(pattern=r"^(L\d{2}|\d{5}(-\d{5})?)$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    grade: Grade
    grade_with_class: Grade | None = None
    suspected: bool = False
    camera_health: bool = False
    ways: tuple[Way, ...] = Field(min_length=1)

    @property
    def old_code(self) -> str | None:
        """The code of GB/T 30428.2; None where none follows.

        Classes 06 to 09 are the event classes 01 to 04 of the old standard, matter by matter, so 06010 was 01010.

        Source: the third party's transcription of GB/T 47678.5-2026 that `kinds.toml` rests on; not checked against
        the standards' texts.
        """
        old = _OLD_CLASSES.get(self.code[:2])
        return None if old is None else old + self.code[2:]

    def available(self, here: Capabilities) -> bool:
        """Whether this installation finds the kind by itself; what people report is taken in any case."""
        return self.code in here.rules and any(self._works(way, here) for way in self.ways)

    def grade_here(self, here: Capabilities) -> Grade:
        """The grade, given what serves here."""
        served = any(here.classes.intersection(way.classes) for way in self.ways)
        return self.grade_with_class if self.grade_with_class and served else self.grade

    def _works(self, way: Way, here: Capabilities) -> bool:
        if not here.means.issuperset(way.by) or "patrol_or_sensor" in way.by:
            return False
        # A customer's own class is named by the kind's code.
        return "visual_class" not in way.by or bool(here.classes.intersection(way.classes or (self.code,)))


class Kinds(_Strict):
    """The catalogue, in the order of its file."""

    kind: tuple[Kind, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _different_codes(self) -> Self:
        codes = [kind.code for kind in self.kind]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"wanted each code once, got more than once: {', '.join(twice)}")
        return self

    @functools.cached_property
    def by_code(self) -> Mapping[str, Kind]:
        """The kinds by their codes."""
        return MappingProxyType({kind.code: kind for kind in self.kind})

    def get(self, code: str) -> Kind:
        """One kind.

        Raises:
            BadInput: no kind has this code.
        """
        if code not in self.by_code:
            raise BadInput(f"kind: wanted one of the {len(self.kind)} codes of the catalogue, got {code!r}")
        return self.by_code[code]


def read_kinds(path: Path = SHIPPED) -> Kinds:
    """The catalogue in this file.

    Raises:
        ConfigurationError: the file is missing, no TOML, or not of the schema.
    """
    try:
        return Kinds.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
