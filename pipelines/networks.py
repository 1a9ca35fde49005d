"""The networks of one process, opened from its settings."""

from dataclasses import dataclass

from models.catalogue import Catalogue
from models.faces.lane import FaceLane
from models.faces.open import open_face_lane
from pipelines.services.probe import Thresholds
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class ServingModel:
    """A network that was verified and opened.

    Attributes:
        provider: where it runs.
        sha256: of its files, as the manifest lists them.
    """

    id: str
    task: str
    provider: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """What looks at faces here.

    Attributes:
        thresholds: of each embedder.
        models: for health reports.
    """

    lane: FaceLane
    thresholds: Thresholds
    models: tuple[ServingModel, ...]


def open_networks(settings: Settings) -> Networks:
    """The networks that the settings name.

    Raises:
        ConfigurationError: no manifest lists one of them.
        ModelError: files, networks or the execution provider are not what was asked for.
    """
    catalogue = Catalogue(settings.home, settings.provider, settings.threads)
    embedders = (settings.face_embedder, *settings.previous_face_embedders)
    lane = open_face_lane(
        catalogue,
        detector_id=settings.face_detector,
        embedder_ids=embedders,
        liveness_id=settings.liveness_model,
        min_face_px=settings.min_face_px,
    )
    named = [settings.face_detector, *embedders, *([settings.liveness_model] if settings.liveness_model else [])]
    specs = [catalogue.manifest.get(model_id) for model_id in named]
    models = tuple(ServingModel(spec.id, spec.task, settings.provider, spec.sha256) for spec in specs)
    return Networks(lane, catalogue, models)
