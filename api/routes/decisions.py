"""What gates decided."""

from fastapi import APIRouter

from api.auth import DecisionReader
from api.keyed_route import KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, NOT_FOUND, documented
from api.schemas.common import Listing, PageParts, listing
from api.schemas.decisions import DecisionOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], route_class=KeyedRoute)


@router.get("", responses=documented())
def list_decisions(
    site: SiteDep, key: DecisionReader, part: PageParts, gate: str | None = None, subject_id: str | None = None
) -> Listing[DecisionOut]:
    """The decisions of the key's purposes, newest first."""
    page = site.store.decisions.list(part.cursor, part.limit, viewer=key, gate_id=gate, subject_id=subject_id)
    return listing(page, DecisionOut.of)


@router.get("/{decision_id}", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def get_decision(decision_id: str, site: SiteDep, key: DecisionReader) -> DecisionOut:
    """One decision; of a shadow gate what it would have said."""
    decision = site.store.decisions.get(decision_id)
    key.require_purpose(decision.purpose)
    return DecisionOut.of(decision)
