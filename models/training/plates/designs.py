"""Chinese plates as data: sizes, places of characters and colours, in millimetres and BGR.

Source: GA 36-2018, figures of the single-line (440 x 140), double-line (440 x 220) and new-energy (480 x 140) plates;
police, embassy and cross-border plates take the single-line places. A plate of another country is one more `Design`.
"""

from dataclasses import dataclass

from models.training.plates.canvas import Colour
from vision.plate_alphabet import PlateKind

Box = tuple[float, float, float, float]
"""x, y, width, height in millimetres from the plate's upper left corner."""


@dataclass(frozen=True, slots=True)
class Design:
    """One kind of plate.

    Attributes:
        size_mm: width and height.
        ground: the plate's colour; of two, from top to bottom, or (`ground_left_mm`) left of that line and right.
        ink: of characters and rim.
        boxes: one for each character of the text, in its order.
        styles: the glyph style of each character.
        grammar: what each character is drawn from, as in `texts.SETS`.
        dot: centre of the round dot, if there is one.
        red: characters that are red whatever the ink.
    """

    kind: PlateKind
    size_mm: tuple[float, float]
    ground: tuple[Colour, ...]
    ink: Colour
    boxes: tuple[Box, ...]
    styles: tuple[str, ...]
    grammar: tuple[str, ...]
    dot: tuple[float, float] | None = None
    red: str = ""
    ground_left_mm: float | None = None


_WHITE, _BLACK = (245, 245, 245), (20, 20, 20)
_BLUE, _YELLOW, _GREEN = (160, 60, 10), (10, 180, 245), (90, 120, 20)


def _row(xs: tuple[float, ...], y: float, width: float, height: float) -> tuple[Box, ...]:
    return tuple((x, y, width, height) for x in xs)


_SINGLE = _row((15.5, 72.5, 151.5, 208.5, 265.5, 322.5, 379.5), 25, 45, 90)
_DOT_AFTER_FIRST = _row((15.5, 94.5, 151.5, 208.5, 265.5, 322.5, 379.5), 25, 45, 90)
_DOT_AFTER_FOURTH = _row((15.5, 72.5, 129.5, 186.5, 265.5, 322.5, 379.5), 25, 45, 90)
_NEW_ENERGY = ((15.5, 25, 45, 90), *_row((69.5, 161.5, 213.5, 265.5, 317.5, 369.5, 421.5), 25, 43, 90))
_UPPER = _row((110, 250), 15, 80, 60)
_LOWER = _row((27.5, 107.5, 187.5, 267.5, 347.5), 90, 65, 110)
_140, _220 = ("140",) * 7, ("220_up",) * 2 + ("220_down",) * 5
_SERIAL = ("province", "letter", *("serial",) * 5)


def _single(
    kind: PlateKind,
    ground: Colour,
    ink: Colour,
    grammar: tuple[str, ...],
    boxes: tuple[Box, ...] = _SINGLE,
    red: str = "",
) -> Design:
    dots = {_SINGLE: (134.0, 70.0), _DOT_AFTER_FIRST: (77.5, 70.0), _DOT_AFTER_FOURTH: (248.5, 70.0)}
    return Design(kind, (440, 140), (ground,), ink, boxes, _140, grammar, dots[boxes], red)


DESIGNS = (
    _single("blue", _BLUE, _WHITE, _SERIAL),
    _single("yellow", _YELLOW, _BLACK, _SERIAL),
    Design("yellow_double", (440, 220), (_YELLOW,), _BLACK, _UPPER + _LOWER, _220, _SERIAL, (220, 45)),
    Design("green", (480, 140), ((235, 245, 225), (120, 205, 95)), _BLACK, _NEW_ENERGY, ("green",) * 8,
           ("province", "letter", "energy", "serial", *("digit",) * 4)),
    Design("green_large", (480, 140), (_YELLOW, (115, 205, 60)), _BLACK, _NEW_ENERGY, ("green",) * 8,
           ("province", "letter", *("digit",) * 5, "energy"), ground_left_mm=140),
    _single("police", _WHITE, _BLACK, ("province", "letter", "serial", *("digit",) * 3, "警"), _DOT_AFTER_FIRST, "警"),
    Design("armed_police", (440, 140), (_WHITE,), _BLACK,
           (*_row((12, 64), 25, 43, 90), (114, 45, 45, 60), *_row((181, 233, 285, 337, 388), 25, 43, 90)),
           ("140",) * 8, ("W", "J", "province", *("digit",) * 4, "patrol"), (171, 75), "WJ"),
    Design("armed_police_double", (440, 220), (_WHITE,), _BLACK,
           (*_row((70, 150), 15, 70, 60), (280, 15, 75, 60), *_LOWER),
           ("220_up",) * 3 + ("220_down",) * 5, ("W", "J", "province", *("digit",) * 4, "patrol"), (250, 45), "WJ"),
    _single("embassy", _BLACK, _WHITE, ("使", *("digit",) * 6), _DOT_AFTER_FOURTH),
    _single("consulate", _BLACK, _WHITE, ("province", "letter", *("digit",) * 4, "领")),
    _single("hk_macau", _BLACK, _WHITE, ("粤", "Z", "serial", *("digit",) * 2, "serial", "cross")),
    _single("learner", _YELLOW, _BLACK, ("province", "letter", "serial", *("digit",) * 3, "学")),
    Design("trailer", (440, 220), (_YELLOW,), _BLACK, _UPPER + _LOWER, _220,
           ("province", "letter", *("serial",) * 4, "挂"), (220, 45)),
    _single("agricultural", _GREEN, _WHITE, ("province", *("digit",) * 6), _DOT_AFTER_FIRST),
    Design("agricultural_double", (300, 165), (_GREEN,), _WHITE,
           ((75, 14, 50, 45), (165, 14, 34, 45), (207, 14, 34, 45), *_row((25, 77, 129, 181, 233), 72, 44, 78)),
           ("220_up", "220_down", "220_down", *("220_down",) * 5), ("province", *("digit",) * 7)),
    Design("civil_aviation", (440, 140), (_GREEN,), _WHITE,
           _row((15.5, 68, 151.5, 208.5, 265.5, 322.5, 379.5), 25, 45, 90), _140,
           ("民", "航", "letter", *("digit",) * 4), (134, 70)),
)  # fmt: skip
"""Every kind of Chinese plate that the reader knows."""
