"""An exported file as a manifest lists it."""

from pathlib import Path

import onnx

from models.importing import USUAL_PREPROCESSING
from models.manifest import ModelSpec, Network, StreetSpec, TensorSpec
from models.session import Session
from models.street.detector import ObjectDetector
from models.street.heads import CellHead
from models.street.open import street_detector
from models.street.verifier import SIDE
from models.training.exported import exported_network, local_source
from vision.street_classes import STREET_CLASSES, StreetClass

LICENCE = "MIT"
VOTE = 0.6
"""Of the held-out photos' 18 set and class pairs most gained from it, 0.01 to 0.03 of AP50; 0.7 gained less."""
VERIFIED: tuple[StreetClass, ...] = tuple(name for name in STREET_CLASSES if name not in ("fire", "smoke"))
"""What has no edges is not told better from near: of held-out smoke less was found, and one alarm was false."""
OUTPUTS = tuple(f"{name}_{stride}" for stride in CellHead.strides for name in ("scores", "distances"))


def name_classes(path: Path) -> None:
    """Write the classes' names into an ONNX file, as Ultralytics' exporter does: it needs no class map then."""
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {"names": str(dict(enumerate(STREET_CLASSES)))})
    onnx.save(model, path)


def listed(path: Path, thresholds: dict[str, float], verifier: Path | None = None) -> ModelSpec:
    """The entry of an ONNX file that `export` or `quantise` wrote; its id is the file's name.

    Args:
        verifier: the file of the network that takes a second look; None: nobody does.
    """
    channels = {"scores": len(STREET_CLASSES), "distances": 4}
    return ModelSpec(
        id=path.stem,
        task="street-detection",
        family="street-cells",
        title="Citygate's street detector",
        licence=LICENCE,
        commercial_use=True,
        networks=(
            exported_network(path, "street", OUTPUTS, channels),
            *([_verifier_network(verifier)] if verifier else []),
        ),
        preprocessing=USUAL_PREPROCESSING["street-cells"],
        street=StreetSpec(
            names=STREET_CLASSES,
            classes={name: name for name in STREET_CLASSES},
            verified=VERIFIED if verifier else (),
        ),
        thresholds=thresholds,
    )


def opened(path: Path, min_score: float, verifier: Path | None = None) -> ObjectDetector:
    """The detector of such files with that threshold, all else as the shipped one."""
    spec = listed(path, {"score": min_score, "vote": VOTE}, verifier)
    files = [network.local.path for network in spec.networks if network.local]
    sessions = [Session(file.read_bytes(), network) for file, network in zip(files, spec.networks, strict=True)]
    return street_detector(spec, sessions)


def _verifier_network(path: Path) -> Network:
    classes = len(STREET_CLASSES)
    return Network(
        name="verifier",
        inputs=(TensorSpec(name="views", shape=(0, 3, SIDE, SIDE)), TensorSpec(name="said", shape=(0, classes))),
        outputs=(TensorSpec(name="scores", shape=(0, classes)), TensorSpec(name="offsets", shape=(0, 4))),
        local=local_source(path),
    )
