"""An exported file as a manifest lists it."""

import hashlib
from pathlib import Path

from models.manifest import LocalSource, ModelSpec, Network, TensorSpec
from models.plates.detector import PlateDetector
from models.session import Session
from models.training.detector.export import OUTPUTS
from vision.plate_detection import LAYOUTS

LICENCE = "MIT"


def listed(path: Path, thresholds: dict[str, float]) -> ModelSpec:
    """The entry of an ONNX file that `export` or `quantise` wrote; its id is the file's name."""
    channels = {"scores": len(LAYOUTS), "corners": 8}
    network = Network(
        name="plates",
        inputs=(TensorSpec(name="image", shape=(1, 3, 0, 0)),),
        outputs=tuple(TensorSpec(name=name, shape=(1, channels[name.split("_")[0]], 0, 0)) for name in OUTPUTS),
        local=LocalSource(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest()),
    )
    return ModelSpec(
        id=path.stem,
        task="plate-detection",
        family="plate-corners",
        title="Citygate's plate detector",
        licence=LICENCE,
        commercial_use=True,
        networks=(network,),
        thresholds=thresholds,
    )


def opened(path: Path, min_score: float) -> PlateDetector:
    """The detector of such a file with that threshold."""
    spec = listed(path, {"score": min_score})
    return PlateDetector(Session(path.read_bytes(), spec.networks[0]), spec)
