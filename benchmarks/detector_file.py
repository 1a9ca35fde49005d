"""A detector that is no model of the manifests but a file: listed for one run, where it lies."""

import re
from pathlib import Path

from models.catalogue import Catalogue
from models.faces.open import open_detector
from models.importing import USUAL_PREPROCESSING, describe_file
from models.manifest import Family, ModelSpec, Preprocessing
from vision.errors import ConfigurationError, ModelContractError

FAMILIES: tuple[Family, ...] = ("yunet", "scrfd")


def list_detector_file(catalogue: Catalogue, file: Path) -> str:
    """The id under which the catalogue now lists `file`, as the first family that it fits; nothing is written.

    Raises:
        ModelFileError: not an ONNX model.
        ConfigurationError: it fits no family, or its name is a listed id.
    """
    misfits = []
    for family in FAMILIES:
        spec = file_spec(file, family)
        try:
            catalogue.add(spec)
            open_detector(catalogue, spec.id)
        except ModelContractError as error:
            catalogue.discard(spec.id)
            misfits.append(str(error))
        else:
            return spec.id
    raise ConfigurationError(f"{file}: wanted one of {', '.join(FAMILIES)}, got {'; '.join(misfits)}")


def file_spec(file: Path, family: Family) -> ModelSpec:
    """The entry of an ONNX file of that family, named after the file, which stays where it lies.

    Raises:
        ModelFileError: not an ONNX model.
        ModelContractError: a street detector whose input or outputs are not the family's.
        ConfigurationError: a name that cannot become an id, or a street detector of unknown classes.
    """
    model_id = re.sub(r"[^a-z0-9.]+", "-", file.stem.lower()).strip("-.")
    preprocessing = USUAL_PREPROCESSING.get(family, Preprocessing())
    spec = describe_file(file, model_id, family, "not stated", commercial_use=False, preprocessing=preprocessing)
    (network,) = spec.networks
    if network.local is None:
        raise ConfigurationError(f"{file}: wanted a local file")
    local = network.local.model_copy(update={"path": file.resolve()})
    return spec.model_copy(update={"networks": (network.model_copy(update={"local": local}),)})
