"""What the controllers of a lot go by while the service cannot be reached."""

import base64

from fastapi import APIRouter, Response

from api.auth import ParkingDecider, ParkingWriter, require_scopes
from api.keyed_route import KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, NOT_FOUND, documented
from api.schemas.parking_offline import ControllerKeyOut, OfflineListOut, PublicKeyOut
from api.scopes import Scope
from api.site import SiteDep
from api.visible import visible_lot

router = APIRouter(prefix="/v1/parking", tags=["parking"], route_class=KeyedRoute)
_NOT_KEPT = {"Cache-Control": "no-store"}


@router.get(
    "/lots/{lot_id}/offline-list", response_model=OfflineListOut, responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE)
)
def get_offline_list(lot_id: str, site: SiteDep, key: ParkingDecider) -> Response:
    """A new list of who may pass, signed and expiring; it names no plate but by a hash of the lot's own key."""
    visible_lot(site.store, key, lot_id)
    signed = site.assembly.parking.offline_list(lot_id, actor=key.id)
    return Response(signed.document, media_type="application/json", headers=_NOT_KEPT)


@router.get("/lots/{lot_id}/controller-key", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def get_controller_key(lot_id: str, response: Response, site: SiteDep, key: ParkingWriter) -> ControllerKeyOut:
    """The secret by which the lot's controllers find plates in its lists; handing it out is audited.

    Whoever holds it and a list can try plates until some fit: only keys that may see plates get it.
    """
    require_scopes(key, Scope.PARKING_PLATES)
    visible_lot(site.store, key, lot_id)
    secret = site.assembly.parking.controller_key(lot_id, actor=key.id)
    response.headers.update(_NOT_KEPT)
    return ControllerKeyOut(lot=lot_id, key=base64.b64encode(secret).decode())


@router.get("/offline-key", responses=documented())
def get_public_key(site: SiteDep, _key: ParkingDecider) -> PublicKeyOut:
    """The public key by which controllers know the lists of this installation."""
    return PublicKeyOut(key=base64.b64encode(site.assembly.parking.public_key()).decode())
