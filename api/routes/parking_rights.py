"""Permits, whitelists and blocklists: what cars may do without paying, or not at all."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.auth import ParkingReader, ParkingWriter, require_every_purpose, require_scopes
from api.keyed_route import ONCE, KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, INVALID_VALUE, NOT_FOUND, Problem, documented, documented_post
from api.schemas.common import Listing, PageParts, PageQuery, listing
from api.schemas.parking import PlateText
from api.schemas.parking_rights import PermitIn, RightIn, RightOut
from api.scopes import Scope
from api.site import Site, SiteDep
from api.visible import visible_lot
from pipelines.parking.rights import Right
from pipelines.parking.words import RightKind
from pipelines.records.values import ApiKey

router = APIRouter(prefix="/v1/parking", tags=["parking"], route_class=KeyedRoute)

MADE = documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE)
LISTED = documented(FORBIDDEN_PURPOSE, INVALID_VALUE)


def _plate_filter(key: ParkingReader, plate: Annotated[PlateText | None, Query()] = None) -> str | None:
    """The plate to look for; who may not see plates cannot look for one either."""
    if plate is not None:
        require_scopes(key, Scope.PARKING_PLATES)
    return plate


PlateFilter = Annotated[str | None, Depends(_plate_filter)]


@router.post("/rights", status_code=201, responses=MADE, dependencies=ONCE)
def add_right(right: RightIn, site: SiteDep, key: ParkingWriter) -> RightOut:
    """Give cars a right, or block them, at one lot or at every one."""
    return _add(site, key, right.record(site.assembly.clock(), right.kind))


@router.get("/rights", responses=LISTED)
def list_rights(
    site: SiteDep, key: ParkingReader, part: PageParts, plate: PlateFilter, kind: RightKind | None = None
) -> Listing[RightOut]:
    """The rights at lots of the key's purposes, ended ones too, newest first."""
    return _list(site, key, part, kind=kind, plate=plate)


@router.get("/rights/{right_id}", responses=documented(NOT_FOUND))
def get_right(right_id: str, site: SiteDep, key: ParkingReader) -> RightOut:
    """One right."""
    return RightOut.of(site.store.parking.rights.get(right_id, key), key)


@router.delete("/rights/{right_id}", responses=documented(NOT_FOUND))
def end_right(right_id: str, site: SiteDep, key: ParkingWriter) -> RightOut:
    """End a right now; it stays on record until its lot's retention is up. Once more changes nothing."""
    site.store.parking.rights.get(right_id, key)
    return RightOut.of(site.store.parking.rights.end(right_id, actor=key.id), key)


@router.post("/permits", status_code=201, responses=MADE, dependencies=ONCE)
def add_permit(permit: PermitIn, site: SiteDep, key: ParkingWriter) -> RightOut:
    """Give cars a permit: a right of kind `permit`."""
    return _add(site, key, permit.record(site.assembly.clock()))


@router.get("/permits", responses=LISTED)
def list_permits(site: SiteDep, key: ParkingReader, part: PageParts, plate: PlateFilter) -> Listing[RightOut]:
    """The rights of kind `permit`."""
    return _list(site, key, part, kind="permit", plate=plate)


@router.post("/lots/{lot_id}/rights", status_code=201, responses=MADE, dependencies=ONCE)
def add_right_of_lot(lot_id: str, right: RightIn, site: SiteDep, key: ParkingWriter) -> RightOut:
    """As `POST /v1/parking/rights`, for this lot."""
    if right.lot not in (None, lot_id):
        raise Problem(INVALID_VALUE, f"lot: wanted {lot_id} or none, got another")
    here = right.model_copy(update={"lot": lot_id})
    return _add(site, key, here.record(site.assembly.clock(), right.kind))


@router.get("/lots/{lot_id}/rights", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE))
def list_rights_of_lot(
    lot_id: str, site: SiteDep, key: ParkingReader, part: PageParts, plate: PlateFilter, kind: RightKind | None = None
) -> Listing[RightOut]:
    """The rights that were given for this lot; those for every lot are not among them."""
    visible_lot(site.store, key, lot_id)
    return _list(site, key, part, lot_id=lot_id, kind=kind, plate=plate)


def _add(site: Site, key: ApiKey, right: Right) -> RightOut:
    if right.lot_id is None:
        require_every_purpose(key)
    else:
        visible_lot(site.store, key, right.lot_id)
    return RightOut.of(site.store.parking.rights.create(right, actor=key.id), key)


def _list(
    site: Site, key: ApiKey, part: PageQuery, *, kind: RightKind | None, plate: str | None, lot_id: str | None = None
) -> Listing[RightOut]:
    page = site.store.parking.rights.list(part.cursor, part.limit, viewer=key, lot_id=lot_id, kind=kind, plate=plate)
    return listing(page, lambda right: RightOut.of(right, key))
