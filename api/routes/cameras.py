"""Cameras, added and removed while everything runs."""

from fastapi import APIRouter

from api.auth import CameraReader, CameraWriter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import (
    CAMERA_UNUSABLE,
    CONFLICT,
    FORBIDDEN_PURPOSE,
    INVALID_VALUE,
    NOT_FOUND,
    UNKNOWN_GATE,
    Problem,
    documented,
    documented_post,
)
from api.schemas.cameras import CameraChange, CameraIn, CameraOut
from api.schemas.common import Listing, PageParts, listing
from api.site import Site, SiteDep
from api.visible import visible_gate, visible_lot
from pipelines.records.gate_values import Camera
from pipelines.records.values import ApiKey
from vision.errors import ConfigurationError

router = APIRouter(prefix="/v1/cameras", tags=["cameras"], route_class=KeyedRoute)


@router.post(
    "",
    status_code=201,
    responses=documented_post(UNKNOWN_GATE, NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE, CAMERA_UNUSABLE),
    dependencies=ONCE,
)
def add_camera(camera: CameraIn, site: SiteDep, key: CameraWriter) -> CameraOut:
    """Add a camera and open it at once; one that does not answer is tried again and again."""
    wanted = camera.record(site.assembly.clock())
    _check_watched(site, key, wanted)
    try:
        made = site.assembly.cameras.add(wanted, actor=key.id)
    except ConfigurationError as error:
        raise Problem(CAMERA_UNUSABLE, str(error)) from error
    return _with_status(site, made)


@router.get("", responses=documented())
def list_cameras(site: SiteDep, key: CameraReader, part: PageParts) -> Listing[CameraOut]:
    """The cameras of the key's purposes, and those without a gate and a parking lane."""
    page = site.assembly.cameras.list(part.cursor, part.limit, key)
    return listing(page, lambda camera: _with_status(site, camera))


@router.get("/{camera_id}", responses=documented(NOT_FOUND))
def get_camera(camera_id: str, site: SiteDep, key: CameraReader) -> CameraOut:
    """One camera and how it is doing."""
    return _with_status(site, site.assembly.cameras.get(camera_id, key))


@router.patch(
    "/{camera_id}",
    responses=documented_post(NOT_FOUND, UNKNOWN_GATE, FORBIDDEN_PURPOSE, INVALID_VALUE, CAMERA_UNUSABLE),
)
def change_camera(camera_id: str, change: CameraChange, site: SiteDep, key: CameraWriter) -> CameraOut:
    """Change a camera: it begins anew and learns its street anew; all others run on."""
    changed = change.of(site.assembly.cameras.get(camera_id, key))
    _check_watched(site, key, changed)
    try:
        made = site.assembly.cameras.change(changed, actor=key.id)
    except ConfigurationError as error:
        raise Problem(CAMERA_UNUSABLE, str(error)) from error
    return _with_status(site, made)


@router.delete("/{camera_id}", status_code=204, responses=documented(NOT_FOUND, CONFLICT))
def delete_camera(camera_id: str, site: SiteDep, key: CameraWriter) -> None:
    """Stop and delete a camera."""
    site.assembly.cameras.get(camera_id, key)
    site.assembly.cameras.remove(camera_id, actor=key.id)


def _check_watched(site: Site, key: ApiKey, camera: Camera) -> None:
    """Refuse a camera of what the key may not see."""
    if camera.gate_id is not None:
        visible_gate(site.store, key, camera.gate_id)
    if camera.lane_id is not None:
        visible_lot(site.store, key, camera.lane_id.partition("/")[0])
    if camera.street is not None:
        # It will report to the first city.
        key.require_purpose(site.assembly.cases.cities.get(None).purpose)


def _with_status(site: Site, camera: Camera) -> CameraOut:
    return CameraOut.of(camera, site.assembly.cameras.status(camera.id), site.assembly.networks.street.classes)
