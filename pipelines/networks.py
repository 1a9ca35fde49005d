"""The networks of one process, opened from its settings."""

from dataclasses import dataclass

from models.catalogue import Catalogue
from models.faces.lane import FaceLane
from models.faces.open import open_face_lane
from models.manifest import Manifest
from models.plates.lane import PlateLane
from models.plates.open import open_plate_lane
from models.street.detector import ObjectDetector
from models.street.open import open_street_detector
from pipelines.services.probe import Thresholds
from pipelines.settings import Settings
from pipelines.street.drawing import KINDS, KINDS_WITHOUT_CLASSES
from pipelines.street.kinds import NOTHING_HERE, Capabilities


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
    """What looks at faces, plates and streets here.

    Attributes:
        lane: for faces.
        thresholds: of each embedder.
        models: for health reports.
        plates: None where no plates are read.
        street: what finds incidents in streets by itself; see `street_capabilities`.
        street_detector: None where rules over classes see nobody.
    """

    lane: FaceLane
    thresholds: Thresholds
    models: tuple[ServingModel, ...]
    plates: PlateLane | None = None
    street: Capabilities = NOTHING_HERE
    street_detector: ObjectDetector | None = None


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
        settings.street_detector,
    ]
    specs = [catalogue.manifest.get(model_id) for model_id in named if model_id]
    models = tuple(ServingModel(spec.id, spec.task, settings.provider, spec.sha256) for spec in specs)
    return Networks(
        lane,
        catalogue,
        models,
        _open_plates(catalogue, settings),
        street_capabilities(street_classes(catalogue.manifest, settings)),
        _open_street(catalogue, settings),
    )


def street_classes(manifest: Manifest, settings: Settings) -> frozenset[str]:
    """What the street detector that the settings name tells apart; nothing without one.

    Raises:
        ConfigurationError: no manifest lists it.
    """
    if not settings.street_detector:
        return frozenset()
    street = manifest.get(settings.street_detector).street
    return frozenset(street.classes.values()) if street else frozenset()


def street_capabilities(classes: frozenset[str] = frozenset()) -> Capabilities:
    """What of Citygate finds incidents in streets by itself.

    Args:
        classes: that the street detector tells apart; without any only rules that need no detector find something.
    """
    if not classes:
        return Capabilities(KINDS_WITHOUT_CLASSES, frozenset({"picture_statistics"}))
    rules = KINDS_WITHOUT_CLASSES.union(*KINDS.values())
    return Capabilities(rules, frozenset({"picture_statistics", "objects", "visual_class", "motion"}), classes)


def _open_street(catalogue: Catalogue, settings: Settings) -> ObjectDetector | None:
    if not settings.street_detector:
        return None
    tile = settings.street_tile_px
    return open_street_detector(catalogue, settings.street_detector, (tile, tile) if tile else None)


def _open_plates(catalogue: Catalogue, settings: Settings) -> PlateLane | None:
    if not settings.plate_detector or not settings.plate_reader:
        return None
    return open_plate_lane(catalogue, detector_id=settings.plate_detector, reader_id=settings.plate_reader)
