"""Any model of the catalogue, opened as its task wants."""

from models.catalogue import Catalogue
from models.faces.open import open_face_model
from models.plates.open import open_plate_model
from models.street.open import open_street_model


def open_model(catalogue: Catalogue, model_id: str) -> object:
    """The model, verified, opened and found to fit its family, whatever its task.

    Raises:
        ConfigurationError: no manifest lists the model.
        ModelError: its files, its networks or the execution provider are not what the manifest and the family want.
    """
    lane = catalogue.manifest.get(model_id).task.partition("-")[0]
    if lane == "street":
        return open_street_model(catalogue, model_id)
    return open_plate_model(catalogue, model_id) if lane == "plate" else open_face_model(catalogue, model_id)
