"""An exported file as a manifest lists it."""

from pathlib import Path

import onnx

from models.importing import USUAL_PREPROCESSING
from models.manifest import ModelSpec, StreetSpec
from models.session import Session
from models.street.detector import StreetDetector
from models.street.heads import CellHead
from models.training.exported import exported_network
from vision.street_classes import STREET_CLASSES

LICENCE = "MIT"
VOTE = 0.6
"""Of the held-out photos' 18 set and class pairs most gained from it, 0.01 to 0.03 of AP50; 0.7 gained less."""
OUTPUTS = tuple(f"{name}_{stride}" for stride in CellHead.strides for name in ("scores", "distances"))


def name_classes(path: Path) -> None:
    """Write the classes' names into an ONNX file, as Ultralytics' exporter does: it needs no class map then."""
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {"names": str(dict(enumerate(STREET_CLASSES)))})
    onnx.save(model, path)


def listed(path: Path, thresholds: dict[str, float]) -> ModelSpec:
    """The entry of an ONNX file that `export` or `quantise` wrote; its id is the file's name."""
    channels = {"scores": len(STREET_CLASSES), "distances": 4}
    return ModelSpec(
        id=path.stem,
        task="street-detection",
        family="street-cells",
        title="Citygate's street detector",
        licence=LICENCE,
        commercial_use=True,
        networks=(exported_network(path, "street", OUTPUTS, channels),),
        preprocessing=USUAL_PREPROCESSING["street-cells"],
        street=StreetSpec(names=STREET_CLASSES, classes={name: name for name in STREET_CLASSES}),
        thresholds=thresholds,
    )


def opened(path: Path, min_score: float) -> StreetDetector:
    """The detector of such a file with that threshold, all else as the shipped one."""
    spec = listed(path, {"score": min_score, "vote": VOTE})
    return StreetDetector(Session(path.read_bytes(), spec.networks[0]), spec)
