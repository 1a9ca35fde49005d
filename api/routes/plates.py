"""Reading plates off a picture."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import problems
from api.auth import PlateReader
from api.keyed_route import KeyedRoute
from api.plate_lane import open_lane
from api.problems import documented
from api.schemas.plates import NoFields, PlateReadingOut, PlatesOut
from api.site import SiteDep
from api.uploads import Submission, picture_body, submission_of
from pipelines.services.plate_picture import read_plates

router = APIRouter(prefix="/v1/plates", tags=["plates"], route_class=KeyedRoute)

PictureSubmission = Annotated[Submission[NoFields], Depends(submission_of(NoFields, max_pictures=1))]


@router.post(
    "/read",
    responses=documented(problems.BAD_REQUEST, problems.BODY_TOO_LARGE, problems.NO_PLATE, *problems.OF_PICTURES),
    openapi_extra=picture_body(),
)
def read(_key: PlateReader, submission: PictureSubmission, site: SiteDep) -> PlatesOut:
    """The plates that a picture shows, most certain first; nothing of it is kept."""
    lane = open_lane(site)
    with site.slots.one():
        plates = read_plates(lane, submission.one_image(site.settings.upload_max_pixels))
    readings = [
        PlateReadingOut.of(plate, plate.reading, accepted=lane.accepts(plate))
        for plate in plates
        if plate.reading is not None
    ]
    for reading in readings:
        site.metrics.plate_read(reading.kind, accepted=reading.accepted)
    return PlatesOut(items=readings, illegible=len(plates) - len(readings))
