"""Faces in galleries."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import problems
from api.auth import Enroller, GalleryReader
from api.keyed_route import ONCE, KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, NOT_FOUND, documented, documented_post
from api.schemas.common import Listing, PageParts, listing
from api.schemas.subjects import EnrolmentFields, EnrolmentOut, QualityOut, RemovalOut, TemplateOut
from api.site import SiteDep
from api.uploads import Submission, submission_body, submission_of
from api.visible import visible_gallery
from pipelines.services.enrolment import MOST_PICTURES

router = APIRouter(prefix="/v1/enrolments", tags=["enrolments"], route_class=KeyedRoute)

EnrolmentSubmission = Annotated[
    Submission[EnrolmentFields], Depends(submission_of(EnrolmentFields, max_pictures=MOST_PICTURES))
]


@router.post(
    "",
    status_code=201,
    responses=documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, problems.NO_CONSENT, *problems.OF_FACES),
    openapi_extra=submission_body(EnrolmentFields, MOST_PICTURES),
    dependencies=ONCE,
)
def enrol(key: Enroller, submission: EnrolmentSubmission, site: SiteDep) -> EnrolmentOut:
    """Enrol a person with 1 to 5 pictures, each with one face; either all are good or nothing is stored."""
    fields = submission.fields
    visible_gallery(site.store, key, fields.gallery)
    site.store.subjects.get(fields.subject_id, key)
    with site.slots.one():
        images = submission.images(site.settings.upload_max_pixels)
        enrolment = site.assembly.enrolments.enrol(fields.subject_id, fields.gallery, images, key.id)
    return EnrolmentOut(
        subject_id=fields.subject_id,
        gallery=fields.gallery,
        model_id=site.assembly.networks.lane.current.model_id,
        template_ids=list(enrolment.template_ids),
        qualities=[QualityOut.model_validate(quality) for quality in enrolment.qualities],
        photograph_ids=list(enrolment.photograph_ids),
    )


@router.get("", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def list_enrolments(
    gallery: str, site: SiteDep, key: GalleryReader, part: PageParts, subject_id: str | None = None
) -> Listing[TemplateOut]:
    """Who is enrolled in a gallery, template by template."""
    visible_gallery(site.store, key, gallery)
    page = site.store.templates.list(gallery_id=gallery, subject_id=subject_id, cursor=part.cursor, limit=part.limit)
    return listing(page, TemplateOut.model_validate)


@router.delete("", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def remove_enrolment(gallery: str, subject_id: str, site: SiteDep, key: Enroller) -> RemovalOut:
    """Take a person out of a gallery; the person and its consents stay."""
    visible_gallery(site.store, key, gallery)
    site.store.subjects.get(subject_id, key)
    return RemovalOut(removed=site.store.templates.remove(subject_id, gallery, actor=key.id))
