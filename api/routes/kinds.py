"""The kinds of incidents, and which of them are found here."""

from fastapi import APIRouter

from api.auth import CaseReader
from api.keyed_route import KeyedRoute
from api.problems import documented
from api.schemas.common import Listing
from api.schemas.kinds import KindOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/kinds", tags=["street"], route_class=KeyedRoute)


@router.get("", responses=documented())
def list_kinds(site: SiteDep, _key: CaseReader) -> Listing[KindOut]:
    """Every kind of the catalogue, in one part; `available` says whether it is found here without people."""
    cases = site.assembly.cases
    return Listing(items=[KindOut.of(kind, cases.here) for kind in cases.kinds.kind], next=None)
