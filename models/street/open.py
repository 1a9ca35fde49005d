"""Models of the street lane, opened from the catalogue."""

from models.catalogue import Catalogue
from models.street.detector import ObjectDetector, StreetDetector
from models.street.tiles import TiledDetector


def open_street_model(catalogue: Catalogue, model_id: str) -> StreetDetector:
    """A street detector, verified, opened and found to fit its family.

    Raises:
        ConfigurationError: no manifest lists the model, or it is not for streets.
        ModelError: its file, its network or the execution provider is not what the manifest and the family want.
    """
    spec = catalogue.spec(model_id, "street-detection")
    return StreetDetector(catalogue.open(model_id)[0], spec)


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
