"""Models of the plate lane, opened from the catalogue."""

from models.catalogue import Catalogue
from models.plates.detector import PlateDetector
from models.plates.lane import PlateLane
from models.plates.reader import PlateReader


def open_plate_model(catalogue: Catalogue, model_id: str) -> PlateDetector | PlateReader:
    """The model, verified, opened and found to fit its family.

    Raises:
        ConfigurationError: no manifest lists the model, or it is not for plates.
        ModelError: its files, its networks or the execution provider are not what the manifest and the family want.
    """
    if catalogue.manifest.get(model_id).task == "plate-detection":
        return open_plate_detector(catalogue, model_id)
    return open_plate_reader(catalogue, model_id)


def open_plate_detector(catalogue: Catalogue, model_id: str) -> PlateDetector:
    """A plate detector.

    Raises:
        ConfigurationError, ModelError: see `open_plate_model`.
    """
    spec = catalogue.spec(model_id, "plate-detection")
    return PlateDetector(catalogue.open(model_id)[0], spec)


def open_plate_reader(catalogue: Catalogue, model_id: str) -> PlateReader:
    """A plate reader.

    Raises:
        ConfigurationError, ModelError: see `open_plate_model`.
    """
    spec = catalogue.spec(model_id, "plate-reading")
    return PlateReader(catalogue.open(model_id)[0], spec)


def open_plate_lane(catalogue: Catalogue, *, detector_id: str, reader_id: str) -> PlateLane:
    """The whole lane.

    Args:
        catalogue: where the models are listed.
        detector_id: finds the plates.
        reader_id: reads them.

    Raises:
        ConfigurationError, ModelError: see `open_plate_model`.
    """
    return PlateLane(open_plate_detector(catalogue, detector_id), open_plate_reader(catalogue, reader_id))
