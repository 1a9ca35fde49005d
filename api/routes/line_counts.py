"""How many crossed the lines of street cameras."""

from fastapi import APIRouter

from api.auth import CameraReader
from api.keyed_route import KeyedRoute
from api.problems import INVALID_VALUE, NOT_FOUND, documented
from api.schemas.line_counts import LineCountsOut, LineHourOut
from api.site import SiteDep
from api.spans import SpanParts
from pipelines.street.line_counts import SPAN_S, by_hour

router = APIRouter(prefix="/v1/cameras/{camera_id}/line-counts", tags=["cameras"], route_class=KeyedRoute)


@router.get(
    "",
    responses=documented(NOT_FOUND, INVALID_VALUE),
    description=f"Who crossed each line, by hour and class. Counts are written down every {SPAN_S // 60} minutes.",
)
def get_line_counts(camera_id: str, site: SiteDep, key: CameraReader, span: SpanParts) -> LineCountsOut:
    """Who crossed each line."""
    camera = site.assembly.cameras.get(camera_id, key)
    hours = by_hour(site.store.street.line_counts.of_camera(camera.id, span.since, span.until))
    return LineCountsOut(
        camera=camera.id, since=span.since, until=span.until, hours=[LineHourOut.of(hour) for hour in hours]
    )
