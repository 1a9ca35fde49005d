"""What persons agreed to."""

from fastapi import APIRouter

from api.auth import SubjectReader, SubjectWriter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.schemas.common import Listing, PageParts, listing
from api.schemas.subjects import ConsentIn, ConsentOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/consents", tags=["consents"], route_class=KeyedRoute)


@router.post(
    "", status_code=201, responses=documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE), dependencies=ONCE
)
def record_consent(consent: ConsentIn, site: SiteDep, key: SubjectWriter) -> ConsentOut:
    """Record a person's agreement to a purpose; nobody is enrolled without one."""
    key.require_purpose(consent.purpose)
    site.store.subjects.get(consent.subject_id, key)
    made = site.store.consents.record(
        consent.subject_id,
        consent.purpose,
        evidence=consent.evidence,
        expires_at=consent.expires_at,
        given_at=consent.given_at,
        actor=key.id,
    )
    return ConsentOut.model_validate(made)


@router.get("", responses=documented(NOT_FOUND))
def list_consents(subject_id: str, site: SiteDep, key: SubjectReader, part: PageParts) -> Listing[ConsentOut]:
    """A person's agreements to the key's purposes."""
    site.store.subjects.get(subject_id, key)
    return listing(site.store.consents.list(subject_id, part.cursor, part.limit, key), ConsentOut.model_validate)


@router.get("/{consent_id}", responses=documented(NOT_FOUND))
def get_consent(consent_id: str, site: SiteDep, key: SubjectReader) -> ConsentOut:
    """One agreement."""
    return ConsentOut.model_validate(site.store.consents.get(consent_id, key))


@router.delete("/{consent_id}", responses=documented(NOT_FOUND))
def withdraw_consent(consent_id: str, site: SiteDep, key: SubjectWriter) -> ConsentOut:
    """Withdraw an agreement; templates and photographs that rest on it go at once. Once more changes nothing."""
    site.store.consents.get(consent_id, key)
    return ConsentOut.model_validate(site.store.consents.withdraw(consent_id, actor=key.id))
