"""The street detectors that a benchmark is asked to measure: ids of the manifests, or files where they lie."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.detector_file import file_spec
from benchmarks.options import BenchOptions
from benchmarks.result import UsedModel
from models.catalogue import Catalogue
from models.manifest import ModelSpec
from models.street.detector import ObjectDetector
from models.street.heads import HEADS
from models.street.open import open_street_detector
from vision.errors import ConfigurationError, ModelContractError

DETECTOR = "street-detector-int8"
"""The default, where the manifests list it."""


@dataclass(frozen=True, slots=True, eq=False)
class WatchingDetector:
    """What a film is watched with.

    Attributes:
        detector: None: only what needs no learned class can be found.
        models: for the result: none or one.
    """

    detector: ObjectDetector | None = None
    models: tuple[UsedModel, ...] = ()

    @property
    def told(self) -> str:
        """For the result's conditions."""
        return ", ".join(one.id for one in self.models) or "none: no learned class can be found"


def watching_detector(options: BenchOptions, wanted: str | None) -> WatchingDetector:
    """The detector with this id, or of this ONNX file; none where none is wanted.

    Raises:
        ConfigurationError: an unknown id, or a file whose family or classes are not known.
        ModelError: a model that cannot be opened.
    """
    if wanted is None:
        return WatchingDetector()
    catalogue = options.open_catalogue()
    model_id = listed_street_id(catalogue, wanted)
    used = UsedModel.of(catalogue.manifest.get(model_id))
    return WatchingDetector(open_street_detector(catalogue, model_id), (used,))


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
