"""Parking lots: their rules, how full they are, and what their controllers go by when the service is away."""

from fastapi import APIRouter

from api.auth import ParkingOperator, ParkingReader, ParkingWriter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import CONFLICT, FORBIDDEN_PURPOSE, INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.schemas.common import Listing, PageParts, listing
from api.schemas.parking_places import LotChange, LotIn, LotOut, OccupancyCorrectionIn, OccupancyOut
from api.site import SiteDep
from api.visible import visible_lot

router = APIRouter(prefix="/v1/parking/lots", tags=["parking"], route_class=KeyedRoute)

GONE = documented(NOT_FOUND, FORBIDDEN_PURPOSE)


@router.post(
    "", status_code=201, responses=documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE), dependencies=ONCE
)
def add_lot(lot: LotIn, site: SiteDep, key: ParkingWriter) -> LotOut:
    """Add a lot for one of the key's purposes; its rate must be there."""
    key.require_purpose(lot.purpose)
    made = site.store.parking.lots.create(lot.record(site.assembly.clock()), actor=key.id)
    return LotOut.model_validate(made)


@router.get("", responses=documented())
def list_lots(site: SiteDep, key: ParkingReader, part: PageParts) -> Listing[LotOut]:
    """The lots of the key's purposes."""
    return listing(site.store.parking.lots.list(part.cursor, part.limit, key), LotOut.model_validate)


@router.get("/{lot_id}", responses=GONE)
def get_lot(lot_id: str, site: SiteDep, key: ParkingReader) -> LotOut:
    """One lot."""
    return LotOut.model_validate(visible_lot(site.store, key, lot_id))


@router.patch("/{lot_id}", responses=documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE))
def change_lot(lot_id: str, change: LotChange, site: SiteDep, key: ParkingWriter) -> LotOut:
    """Give a lot other rules; cars that are inside keep the tariff of their entry."""
    lot = visible_lot(site.store, key, lot_id)
    return LotOut.model_validate(site.store.parking.lots.change(change.of(lot), actor=key.id))


@router.delete("/{lot_id}", status_code=204, responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE, CONFLICT))
def delete_lot(lot_id: str, site: SiteDep, key: ParkingWriter) -> None:
    """Delete a lot with its lanes, rights and records; refused while cars are inside or a camera names a lane."""
    visible_lot(site.store, key, lot_id)
    site.store.parking.lots.delete(lot_id, actor=key.id)


@router.get("/{lot_id}/occupancy", responses=GONE)
def get_occupancy(lot_id: str, site: SiteDep, key: ParkingReader) -> OccupancyOut:
    """How full the lot is."""
    visible_lot(site.store, key, lot_id)
    return OccupancyOut.of(site.assembly.parking.occupancy(lot_id))


@router.post(
    "/{lot_id}/occupancy/corrections",
    responses=documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE),
    dependencies=ONCE,
)
def correct_occupancy(
    lot_id: str, correction: OccupancyCorrectionIn, site: SiteDep, key: ParkingOperator
) -> OccupancyOut:
    """Set the count to what a person counted, audited; cars that come and leave go on from there."""
    visible_lot(site.store, key, lot_id)
    counted = site.assembly.parking.correct_occupancy(
        lot_id, correction.occupied, reason=correction.reason, actor=key.id
    )
    return OccupancyOut.of(counted)
