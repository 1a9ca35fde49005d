"""The street detectors that a benchmark is asked to measure: ids of the manifests, or files where they lie."""

from pathlib import Path

from benchmarks.detector_file import file_spec
from models.catalogue import Catalogue
from models.manifest import ModelSpec
from models.street.heads import HEADS
from vision.errors import ConfigurationError, ModelContractError

DETECTOR = "street-detector"
"""The default, where the manifests list it."""


def chosen_detector(catalogue: Catalogue, wanted: str | None) -> str:
    """`wanted`, or the default where nothing is wanted.

    Raises:
        ConfigurationError: nothing is wanted and there is no default.
    """
    if wanted is None and not any(spec.id == DETECTOR for spec in catalogue.manifest.model):
        raise ConfigurationError(f"--detector: wanted an id or an ONNX file, got none and no model {DETECTOR!r}")
    return wanted or DETECTOR


def listed_street_id(catalogue: Catalogue, model: str) -> str:
    """`model` itself, or the id under which the catalogue now lists that ONNX file; nothing is written.

    Raises:
        ModelFileError: not an ONNX model.
        ConfigurationError: the file fits no family, its classes are not known, or its name is a listed id.
    """
    if not model.endswith(".onnx"):
        return model
    spec = _described(Path(model))
    # A freshly trained file is named after the listed model that it may replace.
    unlike = spec.model_copy(update={"id": f"file-{spec.id}"})
    catalogue.add(unlike)
    return unlike.id


def _described(file: Path) -> ModelSpec:
    misfits = []
    for family in HEADS:
        try:
            return file_spec(file, family)
        except ModelContractError as error:
            misfits.append(str(error))
    raise ConfigurationError(f"{file}: wanted one of {', '.join(HEADS)}, got {'; '.join(misfits)}")
