"""Pictures of cases, before and after, with faces and plates illegible."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api import problems
from api.auth import CaseOperator, CaseReader, CaseWitness
from api.keyed_route import ONCE, KeyedRoute
from api.problems import NOT_FOUND, documented, documented_post
from api.redactor import redacted
from api.schemas.cases import PictureFields, PictureOut
from api.schemas.common import Listing
from api.site import SiteDep
from api.uploads import Submission, submission_body, submission_of

router = APIRouter(prefix="/v1/cases/{case_id}/evidence", tags=["street"], route_class=KeyedRoute)

PictureSubmission = Annotated[Submission[PictureFields], Depends(submission_of(PictureFields, max_pictures=1))]


@router.post(
    "",
    status_code=201,
    responses=documented_post(NOT_FOUND, *problems.OF_PICTURES),
    openapi_extra=submission_body(PictureFields, 1),
    dependencies=ONCE,
)
def add_picture(case_id: str, key: CaseOperator, submission: PictureSubmission, site: SiteDep) -> PictureOut:
    """Add a picture, `before` or `after`; faces and plates are made illegible first, or it is not kept. Audited."""
    site.store.street.cases.get(case_id, key)
    picture = redacted(site, submission.one_image(site.settings.upload_max_pixels))
    return PictureOut.of(site.assembly.cases.keep_picture(case_id, submission.fields.role, picture, actor=key.id))


@router.get("", responses=documented(NOT_FOUND))
def list_pictures(case_id: str, site: SiteDep, key: CaseReader) -> Listing[PictureOut]:
    """The pictures of the case, oldest first, in one part."""
    site.store.street.cases.get(case_id, key)
    return Listing(items=[PictureOut.of(picture) for picture in site.store.street.pictures.list(case_id)], next=None)


@router.get(
    "/{picture_id}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **documented(NOT_FOUND)},
)
def get_picture(case_id: str, picture_id: str, site: SiteDep, key: CaseWitness) -> Response:
    """The picture itself."""
    site.store.street.cases.get(case_id, key)
    picture = site.store.street.pictures.read(case_id, picture_id)
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})
