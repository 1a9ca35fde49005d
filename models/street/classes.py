"""From a network's own classes to ours."""

import ast
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray

from models.manifest import StreetSpec
from vision.errors import ConfigurationError, ModelContractError
from vision.street_classes import STREET_CLASSES, StreetClass

COCO: Mapping[str, StreetClass] = {
    "0": "person",
    "1": "bicycle",
    "2": "car",
    "3": "motorcycle",
    "5": "bus",
    "7": "truck",
}
"""Lin et al., "Microsoft COCO", 2014: the places of our classes among its 80."""
COCO_CLASSES = 80
NOT_OURS = -1


def class_places(street: StreetSpec, classes: int, model_id: str) -> NDArray[np.int64]:
    """(classes,) for each class of the network its place in STREET_CLASSES, -1 for what is none of ours.

    Raises:
        ModelContractError: the network has another number of classes than the entry has names, or fewer than it maps.
    """
    if street.names and len(street.names) != classes:
        raise ModelContractError(f"{model_id}: wanted {len(street.names)} classes as the entry names, got {classes}")
    places = np.full(classes, NOT_OURS, dtype=np.int64)
    for theirs, ours in street.classes.items():
        index = street.names.index(theirs) if theirs in street.names else int(theirs)
        if index >= classes:
            raise ModelContractError(f"{model_id}: wanted a class {index}, got a network of {classes} classes")
        places[index] = STREET_CLASSES.index(ours)
    return places


def street_spec(model: onnx.ModelProto, classes: int, given: Mapping[str, str]) -> StreetSpec:
    """The class map of a file's entry.

    Args:
        model: the file; what Ultralytics' exporter wrote into it names its classes.
        classes: how many the network tells apart.
        given: the user's own map, from the network's names or places to ours; empty: those of the file's names that
            are ours, or of a network with 80 nameless classes those of COCO.

    Raises:
        ConfigurationError: no map is given and none follows from the file, or it names classes that are not there.
    """
    names = _names(model)
    mapping = dict(given) or {name: name for name in names if name in STREET_CLASSES}
    if not mapping and not names and classes == COCO_CLASSES:
        mapping = dict(COCO)
    if not mapping:
        raise ConfigurationError(f"wanted a map from the network's {classes} classes to ours, got none")
    return StreetSpec.model_validate({"names": names, "classes": mapping})


def read_map(pairs: Sequence[str]) -> dict[str, str]:
    """`["2=car", "van=truck"]` as a map.

    Raises:
        ConfigurationError: a pair without two sides.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if not equals or not theirs or ours not in STREET_CLASSES:
            raise ConfigurationError(f"wanted NETWORK=OURS with one of {', '.join(STREET_CLASSES)}, got {pair!r}")
        mapping[theirs] = ours
    return mapping


def _names(model: onnx.ModelProto) -> tuple[str, ...]:
    """The classes' names in order that Ultralytics' exporter writes as a dict; none where nobody wrote any."""
    written = next((entry.value for entry in model.metadata_props if entry.key == "names"), "{}")
    try:
        names = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return ()
    return tuple(str(names[place]) for place in sorted(names)) if isinstance(names, dict) else ()
