"""An exported file as a manifest lists it."""

from pathlib import Path

from models.manifest import ModelSpec
from models.plates.detector import PlateDetector
from models.session import Session
from models.training.detector.export import OUTPUTS
from models.training.exported import exported_network
from vision.plate_detection import LAYOUTS

LICENCE = "MIT"


def listed(path: Path, thresholds: dict[str, float]) -> ModelSpec:
    """The entry of an ONNX file that `export` or `quantise` wrote; its id is the file's name."""
    channels = {"scores": len(LAYOUTS), "corners": 8}
    return ModelSpec(
        id=path.stem,
        task="plate-detection",
        family="plate-corners",
        title="Citygate's plate detector",
        licence=LICENCE,
        commercial_use=True,
        networks=(exported_network(path, "plates", OUTPUTS, channels),),
        thresholds=thresholds,
    )


def opened(path: Path, min_score: float) -> PlateDetector:
    """The detector of such a file with that threshold."""
    spec = listed(path, {"score": min_score})
    return PlateDetector(Session(path.read_bytes(), spec.networks[0]), spec)
