"""Erasing a car's traces; for keys of every purpose only, for it concerns every lot."""

from fastapi import APIRouter

from api.auth import PlateEraser
from api.keyed_route import KeyedRoute
from api.problems import BAD_REQUEST, BODY_TOO_LARGE, FORBIDDEN_PURPOSE, INVALID_VALUE, WRONG_MEDIA_TYPE, documented
from api.schemas.parking_sessions import PlateErasureIn, PlateErasureOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/parking/erasures", tags=["parking"], route_class=KeyedRoute)


@router.post("", responses=documented(BAD_REQUEST, BODY_TOO_LARGE, WRONG_MEDIA_TYPE, FORBIDDEN_PURPOSE, INVALID_VALUE))
def erase_plate(erasure: PlateErasureIn, site: SiteDep, key: PlateEraser) -> PlateErasureOut:
    """Erase a plate at every lot: its sessions, sightings, pictures, rights and kept answers; its events lose it.

    Once more finds nothing. The plate comes in the body, for addresses are logged on their way.
    """
    return PlateErasureOut.model_validate(site.store.parking.forget_plate(erasure.plate, actor=key.id))
