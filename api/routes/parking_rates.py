"""Rates of parking, version by version."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import ParkingReader, ParkingWriter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.schemas.common import Listing, PageParts, listing
from api.schemas.parking_rates import RateIn, RateOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/parking/rates", tags=["parking"], route_class=KeyedRoute)


@router.post("", status_code=201, responses=documented_post(INVALID_VALUE), dependencies=ONCE)
def add_rate(rate: RateIn, site: SiteDep, key: ParkingWriter) -> RateOut:
    """Add a rate, or a new version of one; nothing changes for cars that are inside."""
    return RateOut.of(site.store.parking.rates.put(rate.record(), actor=key.id))


@router.get("", responses=documented())
def list_rates(site: SiteDep, _key: ParkingReader, part: PageParts) -> Listing[RateOut]:
    """All rates, every version."""
    return listing(site.store.parking.rates.list(part.cursor, part.limit), RateOut.of)


@router.get("/{rate_id}", responses=documented(NOT_FOUND))
def get_rate(
    rate_id: str,
    site: SiteDep,
    _key: ParkingReader,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="default: the newest")] = None,
) -> RateOut:
    """One version of a rate."""
    return RateOut.of(site.store.parking.rates.get(rate_id, version))
