"""Stays, what was paid for them, and what operators corrected."""

from fastapi import APIRouter

from api.auth import ParkingDecider, ParkingOperator, ParkingReader
from api.keyed_route import ONCE, KeyedRoute
from api.problems import FORBIDDEN_PURPOSE, INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.routes.parking_rights import PlateFilter
from api.schemas.common import Listing, PageParts, listing
from api.schemas.parking_sessions import (
    ClosingIn,
    CorrectionIn,
    PaymentIn,
    PaymentOut,
    SessionDetailOut,
    SessionOut,
)
from api.site import Site, SiteDep
from api.visible import visible_lot
from pipelines.parking.sessions import Session
from pipelines.parking.words import SessionState
from pipelines.records.values import ApiKey
from vision.errors import NotFound

router = APIRouter(prefix="/v1/parking/lots/{lot_id}", tags=["parking"], route_class=KeyedRoute)

SETTLED = documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE)


@router.get("/sessions", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE))
def list_sessions(
    lot_id: str,
    site: SiteDep,
    key: ParkingReader,
    part: PageParts,
    plate: PlateFilter,
    state: SessionState | None = None,
) -> Listing[SessionOut]:
    """The stays at the lot, newest first."""
    visible_lot(site.store, key, lot_id)
    page = site.store.parking.sessions.list(
        part.cursor, part.limit, viewer=key, lot_id=lot_id, state=state, plate=plate
    )
    return listing(page, lambda session: SessionOut.of(session, key))


@router.get("/sessions/{session_id}", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def get_session(lot_id: str, session_id: str, site: SiteDep, key: ParkingReader) -> SessionDetailOut:
    """One stay, with what is owed now and what was paid."""
    session = _session(site, key, lot_id, session_id)
    due = site.assembly.parking.due(session_id)
    return SessionDetailOut.with_money(session, due, site.store.parking.payments.list(session_id), key)


@router.post("/sessions/{session_id}/corrections", responses=SETTLED, dependencies=ONCE)
def correct_plate(
    lot_id: str, session_id: str, correction: CorrectionIn, site: SiteDep, key: ParkingOperator
) -> SessionOut:
    """Say what the plate really is; audited."""
    _session(site, key, lot_id, session_id)
    corrected = site.assembly.parking.correct(session_id, correction.plate, reason=correction.reason, actor=key.id)
    return SessionOut.of(corrected, key)


@router.post("/sessions/{session_id}/resolutions", responses=SETTLED, dependencies=ONCE)
def close_session(lot_id: str, session_id: str, closing: ClosingIn, site: SiteDep, key: ParkingOperator) -> SessionOut:
    """End the session of a car that left unseen; audited."""
    _session(site, key, lot_id, session_id)
    closed = site.assembly.parking.close_session(session_id, reason=closing.reason, actor=key.id, waive=closing.waive)
    return SessionOut.of(closed, key)


@router.post("/payments", status_code=201, responses=SETTLED, dependencies=ONCE)
def pay(lot_id: str, payment: PaymentIn, site: SiteDep, key: ParkingDecider) -> PaymentOut:
    """Record money that came in for a session; the car may leave within the grace time once nothing is owed."""
    _session(site, key, lot_id, payment.session)
    made = site.assembly.parking.pay(
        payment.session, payment.exact, payment.currency, reference=payment.reference, actor=key.id
    )
    return PaymentOut.of(made)


def _session(site: Site, key: ApiKey, lot_id: str, session_id: str) -> Session:
    visible_lot(site.store, key, lot_id)
    session = site.store.parking.sessions.get(session_id, key)
    if session.lot_id != lot_id:
        raise NotFound(f"no session {session_id} at lot {lot_id}")
    return session
