"""The audit log; for keys of every purpose only."""

from fastapi import APIRouter

from api.auth import Auditor
from api.keyed_route import KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, documented
from api.schemas.common import Listing, PageParts, listing
from api.schemas.keys import AuditEntryOut, ChainOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=KeyedRoute)


@router.get("", responses=documented(FORBIDDEN_PURPOSE))
def list_audit(site: SiteDep, _key: Auditor, part: PageParts) -> Listing[AuditEntryOut]:
    """Every act, oldest first."""
    return listing(site.store.audit.list(part.cursor, part.limit), AuditEntryOut.of)


@router.get("/verify", responses=documented(FORBIDDEN_PURPOSE))
def verify_audit(site: SiteDep, _key: Auditor) -> ChainOut:
    """Whether every entry is as it was written; reads the whole log."""
    broken = site.store.audit.verify_chain()
    return ChainOut(whole=broken is None, first_broken_seq=broken)
