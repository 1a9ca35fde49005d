"""The lanes of parking lots."""

from fastapi import APIRouter

from api.auth import ParkingOperator, ParkingReader, ParkingWriter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import (
    CONFLICT,
    FORBIDDEN_PURPOSE,
    INVALID_VALUE,
    NOT_FOUND,
    UNKNOWN_GATE,
    documented,
    documented_post,
)
from api.schemas.common import Listing
from api.schemas.gates import BarrierCommandOut
from api.schemas.parking_places import LaneIn, LaneOpenIn, LaneOut
from api.site import SiteDep
from api.visible import visible_gate, visible_lot

router = APIRouter(prefix="/v1/parking/lots/{lot_id}/lanes", tags=["parking"], route_class=KeyedRoute)


@router.post(
    "",
    status_code=201,
    responses=documented_post(NOT_FOUND, UNKNOWN_GATE, FORBIDDEN_PURPOSE, INVALID_VALUE),
    dependencies=ONCE,
)
def add_lane(lot_id: str, lane: LaneIn, site: SiteDep, key: ParkingWriter) -> LaneOut:
    """Add a lane to a lot."""
    visible_lot(site.store, key, lot_id)
    if lane.gate is not None:
        visible_gate(site.store, key, lane.gate)
    made = site.store.parking.lanes.create(lane.record(lot_id, site.assembly.clock()), actor=key.id)
    return LaneOut.of(made)


@router.get("", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def list_lanes(lot_id: str, site: SiteDep, key: ParkingReader) -> Listing[LaneOut]:
    """All lanes of a lot, in one part."""
    visible_lot(site.store, key, lot_id)
    return Listing(items=[LaneOut.of(lane) for lane in site.store.parking.lanes.list(lot_id)], next=None)


@router.get("/{lane_id}", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def get_lane(lot_id: str, lane_id: str, site: SiteDep, key: ParkingReader) -> LaneOut:
    """One lane; its barrier without secrets."""
    visible_lot(site.store, key, lot_id)
    return LaneOut.of(site.store.parking.lanes.get(lot_id, lane_id))


@router.delete("/{lane_id}", status_code=204, responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE, CONFLICT))
def delete_lane(lot_id: str, lane_id: str, site: SiteDep, key: ParkingWriter) -> None:
    """Delete a lane; what passed there stays until its time is up."""
    visible_lot(site.store, key, lot_id)
    site.store.parking.lanes.delete(lot_id, lane_id, actor=key.id)


@router.post(
    "/{lane_id}/open",
    status_code=201,
    responses=documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE),
    dependencies=ONCE,
)
def open_lane(lot_id: str, lane_id: str, opening: LaneOpenIn, site: SiteDep, key: ParkingOperator) -> BarrierCommandOut:
    """Open a lane's barrier by hand, audited; the answer says what the barrier did."""
    visible_lot(site.store, key, lot_id)
    command = site.assembly.parking.open_by_hand(lot_id, lane_id, reason=opening.reason, actor=key.id)
    return BarrierCommandOut.model_validate(command)
