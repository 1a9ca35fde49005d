"""What plates look like as texts: national formats as data, for flagging and ranking, never for correcting.

Chinese formats are strict: a part of a plate, a badge or a sign fits none of them. There is no such rule for the
world's other plates; see `GENERIC_LATIN`.

Source: GA 36-2018 (motor vehicles of China), NY 345.1 (tractors); for Latin plates the registries' published formats.
"""

import re
from dataclasses import dataclass
from typing import Literal

from vision.plate_alphabet import KINDS, PROVINCES, PlateKind

Fit = Literal[0, 1, 2]
"""How well a text fits its kind: 0 not at all, 1 a general rule, 2 a format that some country issues."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way in which plates are numbered.

    Attributes:
        name: what is numbered so.
        kinds: on which plates.
        pattern: the whole text, without separators.
    """

    name: str
    kinds: tuple[PlateKind, ...]
    pattern: re.Pattern[str]


_PROVINCE = f"[{PROVINCES}]"
# The issuing authority: I is never used, O was the first one of a province's own offices.
_AUTHORITY = "[A-HJ-Z]"
# Serials leave out I and O, which look like 1 and 0; none consists of letters alone.
_SERIAL_CHAR = "[0-9A-HJ-NP-Z]"
_POWER = "[A-HJK]"  # D, A, B, C, E: electric; F, G, H, J, K: other new energy
_CHINESE: tuple[tuple[str, tuple[PlateKind, ...], str], ...] = (
    ("civil", ("blue", "yellow", "yellow_double"), rf"{_PROVINCE}{_AUTHORITY}(?=.*\d){_SERIAL_CHAR}{{5}}"),
    ("small new-energy", ("green",), rf"{_PROVINCE}{_AUTHORITY}{_POWER}{_SERIAL_CHAR}\d{{4}}"),
    ("large new-energy", ("green_large",), rf"{_PROVINCE}{_AUTHORITY}\d{{5}}{_POWER}"),
    ("police", ("police",), rf"{_PROVINCE}{_AUTHORITY}(?=.*\d){_SERIAL_CHAR}{{4}}警"),
    ("armed police", ("armed_police", "armed_police_double"), rf"WJ{_PROVINCE}\d{{4}}[0-9A-HJ-NP-Z]"),
    ("embassy", ("embassy",), r"使\d{6}|\d{6}使"),
    ("consulate", ("consulate",), rf"{_PROVINCE}(?:{_AUTHORITY}\d{{4}}|\d{{5}})领"),
    ("cross-border", ("hk_macau",), rf"粤Z(?=.*\d){_SERIAL_CHAR}{{4}}[港澳]"),
    ("learner", ("learner",), rf"{_PROVINCE}{_AUTHORITY}(?=.*\d){_SERIAL_CHAR}{{4}}学"),
    ("trailer", ("trailer",), rf"{_PROVINCE}{_AUTHORITY}(?=.*\d){_SERIAL_CHAR}{{4}}挂"),
    ("agricultural", ("agricultural", "agricultural_double"), rf"{_PROVINCE}\d{{2}}{_SERIAL_CHAR}\d{{4}}"),
    ("civil aviation", ("civil_aviation",), r"民航[A-HJ-NP-Z]\d{4}"),
)
_LATIN: tuple[tuple[str, str], ...] = (
    ("Argentina", r"[A-Z]{3}\d{3}|[A-Z]{2}\d{3}[A-Z]{2}"),
    ("Austria", r"[A-Z]{1,2}\d{3,5}[A-Z]{1,2}|[A-Z]{1,2}\d{1,3}[A-Z]{3}"),
    ("Belgium", r"[1-9][A-Z]{3}\d{3}|[A-Z]{3}\d{3}"),
    ("Brazil", r"[A-Z]{3}\d{4}"),
    ("Bulgaria", r"[ABCEHKMOPTXY]{1,2}\d{4}[ABCEHKMOPTXY]{1,2}"),
    ("Croatia, Slovenia", r"[A-Z]{2}\d{3,4}[A-Z]{1,2}"),
    ("Czechia", r"\d[A-Z][0-9A-Z]\d{4}"),
    ("Denmark, Norway", r"[A-Z]{2}\d{5}"),
    ("Estonia", r"\d{3}[A-Z]{3}"),
    ("Finland, Lithuania, Sweden", r"[A-Z]{3}\d{3}|[A-Z]{3}\d{2}[A-Z]"),
    ("France, Italy", r"[A-HJ-NP-TV-Z]{2}\d{3}[A-HJ-NP-TV-Z]{2}"),
    ("Germany", r"[A-Z]{1,3}[A-Z]{1,2}[1-9]\d{0,3}[EH]?"),
    ("Greece", r"[ABEHIKMNOPTXYZ]{3}\d{4}"),
    ("Hong Kong", r"[A-HJ-NPR-Z]{2}[1-9]\d{0,3}"),
    ("Hungary", r"[A-Z]{3}\d{3}|[A-Z]{4}\d{3}"),
    ("Ireland", r"\d{2}[12]?[A-Z]{1,2}[1-9]\d{0,5}"),
    ("Macau", r"[AM][A-Z]\d{4}"),
    ("Mercosur, Brazil", r"[A-Z]{3}\d[A-Z]\d{2}"),
    ("Netherlands", r"[A-Z]{2}\d{2}[A-Z]{2}|\d{2}[A-Z]{4}|\d{2}[A-Z]{3}\d|\d[A-Z]{3}\d{2}|[A-Z]{2}\d{3}[A-Z]"),
    ("Netherlands, since 2011", r"[A-Z]\d{3}[A-Z]{2}|[A-Z]{3}\d{2}[A-Z]|[A-Z]\d{2}[A-Z]{3}|\d[A-Z]{2}\d{3}"),
    ("Poland", r"[A-Z]{2,3}(?=.*\d)[0-9A-Z]{4,5}"),
    ("Portugal", r"\d{2}[A-Z]{2}\d{2}|\d{4}[A-Z]{2}|[A-Z]{2}\d{4}|[A-Z]{2}\d{2}[A-Z]{2}"),
    ("Romania", r"B\d{2,3}[A-Z]{3}|[A-Z]{2}\d{2}[A-Z]{3}"),
    ("Serbia", r"[A-Z]{2}\d{3,5}[A-Z]{2}"),
    ("Slovakia", r"[A-Z]{2}\d{3}[A-Z]{2}"),
    ("Spain", r"\d{4}[BCDFGHJ-NPR-TV-Z]{3}"),
    ("Switzerland", r"(?:AG|A[IR]|B[ELS]|FR|G[ELR]|JU|LU|N[EW]|OW|S[GHOZ]|T[GI]|UR|V[DS]|Z[GH])[1-9]\d{0,5}"),
    ("Turkey", r"\d{2}[A-Z]{1,3}\d{2,4}"),
    ("Ukraine", r"[ABCEHIKMOPTX]{2}\d{4}[ABCEHIKMOPTX]{2}"),
    ("United Kingdom", r"[A-HJ-PR-Y]{2}\d{2}[A-HJ-PR-Z]{3}|[A-Z]\d{1,3}[A-Z]{3}"),
    ("United States", r"[A-Z]{3}\d{3,4}|\d{3,4}[A-Z]{3}|\d[A-Z]{3}\d{3}|\d{3}[A-Z]{3}|[A-Z]{2}\d{5}"),
    ("United States, mixed", r"[A-Z]\d{2}[A-Z]{3}|[A-Z]{2}\d{4}[A-Z]?|\d{3}[A-Z]\d{3}|[A-Z]\d{5,6}|\d{2}[A-Z]\d{4}"),
)

LATIN_KINDS: tuple[PlateKind, ...] = ("latin", "latin_double")
FORMATS: tuple[Format, ...] = (
    *(Format(name, kinds, re.compile(pattern)) for name, kinds, pattern in _CHINESE),
    *(Format(name, LATIN_KINDS, re.compile(pattern)) for name, pattern in _LATIN),
)

_PATTERNS = {kind: [one.pattern for one in FORMATS if kind in one.kinds] for kind in KINDS}

GENERIC_LATIN = re.compile(r"(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{5,8}")
"""What passes for a Latin plate: 5 to 8 characters, both letters and digits.

Wishes of letters alone, numbers of digits alone, and plates of 4 characters or fewer are left to a person: a model's
badge, a shop's name, a house number and the clock in a camera's picture look just so.
"""


def fit(text: str, kind: PlateKind) -> Fit:
    """How well the text fits the kind."""
    if kind in LATIN_KINDS and not GENERIC_LATIN.fullmatch(text):
        return 0
    if any(pattern.fullmatch(text) for pattern in _PATTERNS[kind]):
        return 2
    return 1 if kind in LATIN_KINDS else 0


def region_of(text: str, kind: PlateKind) -> str | None:
    """The province's character, as it was read; None on Latin plates and where there is none."""
    if kind in LATIN_KINDS:
        return None
    return next((character for character in text if character in PROVINCES), None)
