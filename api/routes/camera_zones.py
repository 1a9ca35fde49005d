"""The zones of street cameras, read and drawn anew while the cameras run."""

from fastapi import APIRouter

from api.auth import CameraReader, CameraWriter
from api.keyed_route import KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.schemas.camera_zones import ZonesIn, ZonesOut
from api.site import Site, SiteDep
from pipelines.records.gate_values import Camera
from vision.errors import BadInput

router = APIRouter(prefix="/v1/cameras/{camera_id}/zones", tags=["cameras"], route_class=KeyedRoute)


@router.get("", responses=documented(NOT_FOUND, INVALID_VALUE))
def get_zones(camera_id: str, site: SiteDep, key: CameraReader) -> ZonesOut:
    """What a street camera watches for, and which of it stays silent here."""
    return _zones(site, site.assembly.cameras.get(camera_id, key))


@router.put("", responses=documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE))
def put_zones(camera_id: str, drawing: ZonesIn, site: SiteDep, key: CameraWriter) -> ZonesOut:
    """Draw all zones and lines anew; the running camera takes them at once and learns its street from then on."""
    camera = site.assembly.cameras.get(camera_id, key)
    _zones(site, camera)
    # It reports to the first city.
    key.require_purpose(site.assembly.cases.cities.get(None).purpose)
    return _zones(site, site.assembly.cameras.redraw(camera.id, drawing, actor=key.id))


def _zones(site: Site, camera: Camera) -> ZonesOut:
    """The zones of a street camera.

    Raises:
        BadInput: it watches no street.
    """
    if camera.street is None:
        raise BadInput(f"camera {camera.id}: wanted a camera of lane street, got {camera.lane}")
    return ZonesOut.of(camera.id, camera.street, site.assembly.networks.street.classes)
