"""Incidents as cameras, patrols and citizens tell of them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import problems
from api.auth import CaseReader, IncidentReporter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.redactor import redacted
from api.schemas.common import Listing, PageParts, listing
from api.schemas.incidents import IncidentIn, IncidentOut
from api.site import SiteDep
from api.uploads import Submission, submission_body, submission_of
from pipelines.street.words import Fate

router = APIRouter(prefix="/v1/incidents", tags=["street"], route_class=KeyedRoute)

IncidentSubmission = Annotated[Submission[IncidentIn], Depends(submission_of(IncidentIn, max_pictures=1))]


@router.post(
    "",
    status_code=201,
    responses=documented_post(FORBIDDEN_PURPOSE, INVALID_VALUE, *problems.OF_PICTURES),
    openapi_extra=submission_body(IncidentIn, 1),
    dependencies=ONCE,
)
def report_incident(key: IncidentReporter, submission: IncidentSubmission, site: SiteDep) -> IncidentOut:
    """Tell of an incident, with a part `image` or without one.

    The same thing at the same camera and zone is one case, however often it is seen. Faces and plates in the picture
    are made illegible before it is kept, sealed; where that cannot be done here, the answer is 503 and nothing is kept.
    """
    cases, now = site.assembly.cases, site.assembly.clock()
    report = submission.fields.record(now)
    key.require_purpose(cases.cities.get(report.city).purpose)
    picture = None
    if submission.pictures:
        picture = redacted(site, submission.one_image(site.settings.upload_max_pixels))
    return IncidentOut.of(cases.report(report, picture, actor=key.id))


@router.get("", responses=documented(INVALID_VALUE))
def list_incidents(
    site: SiteDep,
    key: CaseReader,
    part: PageParts,
    kind: str | None = None,
    camera: str | None = None,
    case: str | None = None,
    fate: Fate | None = None,
) -> Listing[IncidentOut]:
    """The incidents of the key's purposes, newest first."""
    page = site.store.street.incidents.list(
        part.cursor, part.limit, viewer=key, kind=kind, camera_id=camera, case_id=case, fate=fate
    )
    return listing(page, IncidentOut.of)


@router.get("/{incident_id}", responses=documented(NOT_FOUND))
def get_incident(incident_id: str, site: SiteDep, key: CaseReader) -> IncidentOut:
    """One of them."""
    return IncidentOut.of(site.store.street.incidents.get(incident_id, key))
