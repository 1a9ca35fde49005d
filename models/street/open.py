"""Models of the street lane, opened from the catalogue."""

from collections.abc import Sequence

from models.catalogue import Catalogue
from models.faces.detector import NetworkSession
from models.manifest import ModelSpec
from models.street.detector import ObjectDetector, StreetDetector
from models.street.tiles import TiledDetector
from models.street.verifier import VerifiedDetector, Verifier
from vision.errors import ConfigurationError


def open_street_model(catalogue: Catalogue, model_id: str) -> StreetDetector | VerifiedDetector:
    """A street detector, its files checked, opened and found to fit its family.

    An entry's second network, where there is one, takes a second look at what the first is not sure of.

    Raises:
        ConfigurationError: no manifest lists the model, or it is not for streets.
        ModelError: its file, its network or the execution provider is not what the manifest and the family want.
    """
    spec = catalogue.spec(model_id, "street-detection")
    return street_detector(spec, catalogue.open(model_id))


def street_detector(spec: ModelSpec, sessions: Sequence[NetworkSession]) -> StreetDetector | VerifiedDetector:
    """The detector of an entry's networks.

    Raises:
        ConfigurationError: the entry is not for streets, or has more than two networks.
        ModelError: a network is not what its family wants.
    """
    if len(sessions) > 2:
        raise ConfigurationError(f"{spec.id}: wanted a detector and perhaps a verifier, got {len(sessions)} networks")
    detector = StreetDetector(sessions[0], spec)
    return VerifiedDetector(detector, Verifier(sessions[1]), spec) if len(sessions) > 1 else detector


def open_street_detector(catalogue: Catalogue, model_id: str, tile_wh: tuple[int, int] | None = None) -> ObjectDetector:
    """A street detector.

    Args:
        catalogue: where the model is listed.
        model_id: a model for street detection.
        tile_wh: width and height, in pixels, of the parts that it looks at from near; None: only at the whole picture.

    Raises:
        ConfigurationError, ModelError: see `open_street_model`.
    """
    detector = open_street_model(catalogue, model_id)
    return TiledDetector(detector, tile_wh, max_overlap=detector.max_overlap) if tile_wh else detector
