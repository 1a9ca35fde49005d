"""The networks of one process, opened from its settings."""

from dataclasses import dataclass

from models.catalogue import Catalogue
from models.faces.lane import FaceLane
from models.faces.open import open_face_lane
from models.plates.lane import PlateLane
from models.plates.open import open_plate_lane
from pipelines.services.probe import Thresholds
from pipelines.settings import Settings
from pipelines.street.kinds import NOTHING_HERE, Capabilities
from pipelines.street_cameras import KINDS_WITHOUT_CLASSES


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
    """What looks at faces and plates here.

    Attributes:
        lane: for faces.
        thresholds: of each embedder.
        models: for health reports.
        plates: None where no plates are read.
        street: what finds incidents in streets by itself; see `street_capabilities`.
    """

    lane: FaceLane
    thresholds: Thresholds
    models: tuple[ServingModel, ...]
    plates: PlateLane | None = None
    street: Capabilities = NOTHING_HERE


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
    named = [
        settings.face_detector,
        *embedders,
        settings.liveness_model,
        settings.plate_detector,
        settings.plate_reader,
    ]
    specs = [catalogue.manifest.get(model_id) for model_id in named if model_id]
    models = tuple(ServingModel(spec.id, spec.task, settings.provider, spec.sha256) for spec in specs)
    return Networks(lane, catalogue, models, _open_plates(catalogue, settings), street_capabilities())


def street_capabilities() -> Capabilities:
    """What of Citygate finds incidents in streets by itself: rules that need no detector, for none is shipped yet."""
    return Capabilities(KINDS_WITHOUT_CLASSES, frozenset({"picture_statistics"}))


def _open_plates(catalogue: Catalogue, settings: Settings) -> PlateLane | None:
    if not settings.plate_detector or not settings.plate_reader:
        return None
    return open_plate_lane(catalogue, detector_id=settings.plate_detector, reader_id=settings.plate_reader)
