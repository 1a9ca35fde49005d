"""What each set of street pictures labels; of everything else it says neither that it is there nor that it is not."""

import functools
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vision.errors import ConfigurationError
from vision.street_classes import STREET_CLASSES, VEHICLES, StreetClass

LABELLED: Mapping[str, tuple[StreetClass, ...]] = {
    "roadside": ("person", "motorcycle", "car", "bus", "truck"),
    "people": ("person",),
    "motorcycles": ("motorcycle", "car", "bus"),
    "traffic": ("bicycle", "car", "bus", "truck"),
    "garbage": ("garbage", "garbage_bin", "overflow"),
    "fire-smoke": ("fire", "smoke"),
    "pothole": ("pothole",),
    "drawn": STREET_CLASSES,
}
ABSENT: Mapping[str, tuple[StreetClass, ...]] = dict.fromkeys(
    ("roadside", "people", "motorcycles", "traffic"), ("fire", "smoke")
)
"""Not labelled, because it does not occur: ordinary streets teach that nothing burns there."""

SHARES: Mapping[str, float] = {
    "roadside": 0.28,
    "people": 0.18,
    "traffic": 0.18,
    "garbage": 0.14,
    "fire-smoke": 0.1,
    "motorcycles": 0.07,
    "pothole": 0.03,
    "drawn": 0.02,
}
"""How much of what is learnt comes from each set: most from those that show people and vehicles, which every street has
and which are found least surely for the pictures that there are."""

_LITTER: tuple[StreetClass, ...] = ("garbage", "garbage_bin", "overflow", "pothole")
EXCLUDED: Mapping[StreetClass, tuple[StreetClass, ...]] = {
    **dict.fromkeys(("person", *VEHICLES), _LITTER),
    **dict.fromkeys(_LITTER, VEHICLES),
}
"""What a labelled object is not, whatever its set knows: no set labels bins and cars both, and a network that nobody
told otherwise takes one car in five for a bin."""


def known_classes(name: str) -> NDArray[np.bool_]:
    """(classes,) of which classes a set knows where they are, and where not.

    Raises:
        ConfigurationError: no such set.
    """
    if name not in LABELLED:
        raise ConfigurationError(f"wanted one of the sets {', '.join(LABELLED)}, got {name!r}")
    return np.isin(STREET_CLASSES, (*LABELLED[name], *ABSENT.get(name, ())))


def excluded_classes(place: int) -> NDArray[np.bool_]:
    """(classes,) of which classes an object of the class at this place in STREET_CLASSES is none."""
    return np.isin(STREET_CLASSES, EXCLUDED.get(STREET_CLASSES[place], ()))


@functools.cache
def chances(names: tuple[str, ...]) -> NDArray[np.floating]:
    """(N,) how likely each photo is drawn, by its set's name: a set as `SHARES` says, its photos all alike."""
    counts = {name: names.count(name) for name in dict.fromkeys(names)}
    each = np.array([SHARES[name] / counts[name] for name in names])
    return np.asarray(each / each.sum())
