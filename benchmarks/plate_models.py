"""The plate models that a benchmark is asked to measure: ids of the manifests, or files where they lie."""

from pathlib import Path

from benchmarks.detector_file import file_spec
from models.catalogue import Catalogue
from models.manifest import Family

DETECTOR, READER = "plate-detector", "plate-reader-int8"


def listed_id(catalogue: Catalogue, model: str, family: Family) -> str:
    """`model` itself, or the id under which the catalogue now lists that ONNX file; nothing is written.

    Raises:
        ModelFileError: not an ONNX model.
        ConfigurationError: the file's name is a listed id, or none.
    """
    if not model.endswith(".onnx"):
        return model
    spec = file_spec(Path(model), family)
    # A freshly trained file is named after the listed model that it may replace.
    unlike = spec.model_copy(update={"id": f"file-{spec.id}"})
    catalogue.add(unlike)
    return unlike.id
