"""What false alarms silenced, how much it kept away, and how it is undone."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import CaseOperator, CaseReader
from api.keyed_route import ONCE, KeyedRoute
from api.problems import INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.schemas.common import Listing, PageParts, listing
from api.schemas.incidents import LiftIn, SuppressionOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/suppressions", tags=["street"], route_class=KeyedRoute)


@router.get("", responses=documented(INVALID_VALUE))
def list_suppressions(
    site: SiteDep,
    key: CaseReader,
    part: PageParts,
    camera: str | None = None,
    holding: Annotated[bool, Query(description="only those that hold now")] = False,
) -> Listing[SuppressionOut]:
    """The suppressions of the key's purposes, newest first."""
    now = site.assembly.clock()
    page = site.store.street.suppressions.list(
        part.cursor, part.limit, viewer=key, camera_id=camera, holding_at=now if holding else None
    )
    return listing(page, lambda suppression: SuppressionOut.of(suppression, now))


@router.post("/{suppression_id}/lift", status_code=201, responses=documented_post(NOT_FOUND), dependencies=ONCE)
def lift_suppression(suppression_id: str, lift: LiftIn, site: SiteDep, key: CaseOperator) -> SuppressionOut:
    """Undo a suppression now: what is seen there makes cases again. Audited."""
    lifted = site.store.street.suppressions.lift(suppression_id, why=lift.reason, viewer=key, actor=key.id)
    return SuppressionOut.of(lifted, site.assembly.clock())
