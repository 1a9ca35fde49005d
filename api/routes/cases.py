"""Cases: what is to be put right, who did what to it, and what became of it."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import CaseOperator, CaseReader, IncidentReporter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.schemas.cases import CaseOut, StatisticsOut, StepOut, TransitionIn, ViewIn, ViewOut
from api.schemas.common import Listing, PageParts, listing
from api.site import SiteDep
from api.spans import SpanParts
from pipelines.records.street_cases import CaseFilter
from pipelines.street.words import CaseState

router = APIRouter(prefix="/v1/cases", tags=["street"], route_class=KeyedRoute)

DONE = documented_post(NOT_FOUND, INVALID_VALUE)


@router.get("", responses=documented(INVALID_VALUE))
def list_cases(
    site: SiteDep,
    key: CaseReader,
    part: PageParts,
    state: CaseState | None = None,
    kind: str | None = None,
    camera: str | None = None,
    overdue: Annotated[bool, Query(description="only those whose next act should have been done")] = False,
) -> Listing[CaseOut]:
    """The cases of the key's purposes, newest first."""
    now = site.assembly.clock()
    passing = CaseFilter(key, state, kind, camera, now if overdue else None)
    page = site.store.street.cases.list(part.cursor, part.limit, passing)
    return listing(page, lambda case: CaseOut.of(case, now))


@router.get("/statistics", responses=documented(INVALID_VALUE))
def get_statistics(
    site: SiteDep,
    key: CaseReader,
    span: SpanParts,
) -> StatisticsOut:
    """Cases by kind, camera and hour of those opened in a span of time, and the share of false alarms."""
    return StatisticsOut.of(site.assembly.cases.statistics(span.since, span.until, key), span.since, span.until)


@router.get("/{case_id}", responses=documented(NOT_FOUND))
def get_case(case_id: str, site: SiteDep, key: CaseReader) -> CaseOut:
    """One case."""
    return CaseOut.of(site.store.street.cases.get(case_id, key), site.assembly.clock())


@router.get("/{case_id}/history", responses=documented(NOT_FOUND, INVALID_VALUE))
def get_history(case_id: str, site: SiteDep, key: CaseReader, part: PageParts) -> Listing[StepOut]:
    """What happened to the case, oldest first."""
    site.store.street.cases.get(case_id, key)
    return listing(site.store.street.history.list(case_id, part.cursor, part.limit), StepOut.of)


@router.post("/{case_id}/transitions", status_code=201, responses=DONE, dependencies=ONCE)
def carry_out(case_id: str, transition: TransitionIn, site: SiteDep, key: CaseOperator) -> CaseOut:
    """Bring the case on, put it off, send it back or end it; 409 says what it would have to be. Audited."""
    site.store.street.cases.get(case_id, key)
    after = site.assembly.cases.carry_out(case_id, transition.order(), actor=key.id)
    return CaseOut.of(after, site.assembly.clock())


@router.post("/{case_id}/views", status_code=201, responses=DONE, dependencies=ONCE)
def add_view(case_id: str, view: ViewIn, site: SiteDep, key: IncidentReporter) -> ViewOut:
    """Tell what the case's camera saw after the handling; what an unhealthy camera saw counts as such."""
    site.store.street.cases.get(case_id, key)
    now = site.assembly.clock()
    after, counted = site.assembly.cases.look(case_id, view.record(now), actor=key.id)
    return ViewOut.seen(after, counted, now)
