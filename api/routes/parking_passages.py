"""Cars that ask, come and leave: may they pass, why, and what is owed?"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api import problems
from api.auth import ParkingDecider, ParkingReader
from api.keyed_route import ONCE, KeyedRoute
from api.plate_lane import open_lane
from api.problems import FORBIDDEN_PURPOSE, INVALID_REQUEST, INVALID_VALUE, NOT_FOUND, Problem, documented
from api.schemas.parking import PlateText
from api.schemas.parking_passages import LookupOut, PassageOut, SightingFields
from api.site import Site, SiteDep
from api.uploads import Submission, submission_body, submission_of
from api.visible import visible_lot
from pipelines.parking.sessions import Passage
from pipelines.records.values import ApiKey
from pipelines.services.plate_picture import ReadPlate, keep_picture, read_one_plate

router = APIRouter(prefix="/v1/parking/lots/{lot_id}", tags=["parking"], route_class=KeyedRoute)

SightingSubmission = Annotated[Submission[SightingFields], Depends(submission_of(SightingFields, max_pictures=1))]

DECIDED = problems.documented_post(
    NOT_FOUND,
    FORBIDDEN_PURPOSE,
    INVALID_VALUE,
    problems.NO_PLATE,
    problems.SEVERAL_PLATES,
    *problems.OF_PICTURES,
)


@router.get("/lookup", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE))
def look_up(
    lot_id: str,
    plate: Annotated[PlateText, Query()],
    site: SiteDep,
    key: ParkingReader,
    lane: Annotated[str | None, Query(description="where it stands; default: anywhere")] = None,
) -> LookupOut:
    """May the car pass, why, and what is owed? Nothing opens by asking.

    Every decision is a 200, `unknown` too; an answer must not be used after `expires_at`.
    """
    visible_lot(site.store, key, lot_id)
    answer = site.assembly.parking.look_up(lot_id, plate, lane_id=lane, actor=key.id)
    return LookupOut.of(answer, key, told=plate)


@router.post("/entries", responses=DECIDED, openapi_extra=submission_body(SightingFields, 1), dependencies=ONCE)
def enter(lot_id: str, key: ParkingDecider, submission: SightingSubmission, site: SiteDep) -> PassageOut:
    """A car stands before an entry: with `plate`, or with a part `image` that it is read from.

    Every decision is a 200, `unknown` too. What was accepted opens the lane's barrier, if it has one, and begins a
    session; the same `camera` and `visit` again is the same session.
    """
    return _pass(lot_id, key, submission, site, site.assembly.parking.enter)


@router.post("/exits", responses=DECIDED, openapi_extra=submission_body(SightingFields, 1), dependencies=ONCE)
def leave(lot_id: str, key: ParkingDecider, submission: SightingSubmission, site: SiteDep) -> PassageOut:
    """A car stands before an exit. What was accepted ends its session; else as for entries."""
    return _pass(lot_id, key, submission, site, site.assembly.parking.leave)


def _pass(
    lot_id: str, key: ApiKey, submission: Submission[SightingFields], site: Site, decide: Callable[..., Passage]
) -> PassageOut:
    visible_lot(site.store, key, lot_id)
    fields, now = submission.fields, site.assembly.clock()
    seen = _seen(site, submission)
    sighting = fields.told(now) if seen is None else fields.seen(seen.reading, now, whole=seen.whole)
    passage = decide(lot_id, fields.lane, sighting, actor=key.id)
    if seen is not None and not passage.repeated:
        keep_picture(site.store, passage.observation_id, seen.evidence)
    return PassageOut.of_passage(passage, key, fields.plate)


def _seen(site: Site, submission: Submission[SightingFields]) -> ReadPlate | None:
    """What the picture shows; None when the caller names the plate.

    Raises:
        Problem: 422, a plate and a picture, or neither.
    """
    if (submission.fields.plate is None) == (not submission.pictures):
        raise Problem(INVALID_REQUEST, "wanted either `plate` or a part `image`")
    if not submission.pictures:
        return None
    lane = open_lane(site)
    with site.slots.one():
        return read_one_plate(lane, submission.one_image(site.settings.upload_max_pixels))
