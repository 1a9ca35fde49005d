"""Persons."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import SubjectEraser, SubjectReader, SubjectWriter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import NOT_FOUND, documented, documented_post
from api.schemas.common import Listing, PageParts, Words, listing
from api.schemas.subjects import ErasureOut, SubjectIn, SubjectOut
from api.site import SiteDep
from pipelines.records.values import Page
from vision.errors import NotFound

router = APIRouter(prefix="/v1/subjects", tags=["subjects"], route_class=KeyedRoute)


@router.post("", status_code=201, responses=documented_post(), dependencies=ONCE)
def add_subject(subject: SubjectIn, site: SiteDep, key: SubjectWriter) -> SubjectOut:
    """Add a person; the key that adds one sees it from then on."""
    made = site.store.subjects.create(subject.label, subject.external_ref, actor=key.id)
    return SubjectOut.model_validate(made)


@router.get("", responses=documented())
def list_subjects(
    site: SiteDep, key: SubjectReader, part: PageParts, external_ref: Annotated[Words | None, Query()] = None
) -> Listing[SubjectOut]:
    """The persons that the key may see: those it added, and those with a consent for one of its purposes."""
    if external_ref is None:
        return listing(site.store.subjects.list(part.cursor, part.limit, key), SubjectOut.model_validate)
    try:
        found = [site.store.subjects.find(external_ref, key)]
    except NotFound:
        found = []
    return listing(Page(tuple(found), None), SubjectOut.model_validate)


@router.get("/{subject_id}", responses=documented(NOT_FOUND))
def get_subject(subject_id: str, site: SiteDep, key: SubjectReader) -> SubjectOut:
    """One person."""
    return SubjectOut.model_validate(site.store.subjects.get(subject_id, key))


@router.delete("/{subject_id}", responses=documented(NOT_FOUND))
def erase_subject(subject_id: str, site: SiteDep, key: SubjectEraser) -> ErasureOut:
    """Erase a person: templates, key material, photographs, index entries, consents and kept answers."""
    site.store.subjects.get(subject_id, key)
    return ErasureOut.model_validate(site.store.subjects.erase(subject_id, actor=key.id))
