"""What was seen in lanes, and what operators made of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth import ParkingOperator, ParkingReader, require_scopes
from api.keyed_route import ONCE, KeyedRoute
from api.problems import (
    FORBIDDEN_PURPOSE,
    INVALID_REQUEST,
    INVALID_VALUE,
    NOT_FOUND,
    Problem,
    documented,
    documented_post,
)
from api.schemas.common import Listing, PageParts, listing
from api.schemas.parking_passages import DismissalIn, ObservationOut, PassageOut, ResolutionIn
from api.scopes import Scope
from api.site import Site, SiteDep
from api.visible import visible_lot
from pipelines.parking.sessions import Observation
from pipelines.records.values import ApiKey
from vision.errors import NotFound

router = APIRouter(prefix="/v1/parking/lots/{lot_id}/observations", tags=["parking"], route_class=KeyedRoute)

SETTLED = documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE)


@router.get("", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE))
def list_observations(
    lot_id: str,
    site: SiteDep,
    key: ParkingReader,
    part: PageParts,
    waiting: Annotated[bool, Query(description="only those that need an operator still")] = False,
) -> Listing[ObservationOut]:
    """What was seen at the lot, newest first."""
    visible_lot(site.store, key, lot_id)
    page = site.store.parking.observations.list(part.cursor, part.limit, viewer=key, lot_id=lot_id, waiting=waiting)
    return listing(page, lambda observation: ObservationOut.of(observation, key))


@router.get("/{observation_id}", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def get_observation(lot_id: str, observation_id: str, site: SiteDep, key: ParkingReader) -> ObservationOut:
    """One of them."""
    return ObservationOut.of(_observation(site, key, lot_id, observation_id), key)


@router.get(
    "/{observation_id}/evidence",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **documented(NOT_FOUND, FORBIDDEN_PURPOSE)},
)
def get_evidence(lot_id: str, observation_id: str, site: SiteDep, key: ParkingOperator) -> Response:
    """The picture that was read; for keys that may see plates."""
    require_scopes(key, Scope.PARKING_PLATES)
    _observation(site, key, lot_id, observation_id)
    picture = site.store.parking.evidence.read(observation_id)
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.post("/{observation_id}/resolutions", responses=SETTLED, dependencies=ONCE)
def resolve(
    lot_id: str, observation_id: str, resolution: ResolutionIn, site: SiteDep, key: ParkingOperator
) -> PassageOut:
    """Say whose session it is, or what the plate reads; it is decided on anew and may open now. Audited."""
    if (resolution.session is None) == (resolution.plate is None):
        raise Problem(INVALID_REQUEST, "wanted either `session` or `plate`")
    _observation(site, key, lot_id, observation_id)
    passage = site.assembly.parking.resolve(
        observation_id,
        session_id=resolution.session,
        plate=resolution.plate,
        reason=resolution.reason,
        actor=key.id,
    )
    return PassageOut.of_passage(passage, key, resolution.plate)


@router.post("/{observation_id}/dismissals", responses=SETTLED, dependencies=ONCE)
def dismiss(
    lot_id: str, observation_id: str, dismissal: DismissalIn, site: SiteDep, key: ParkingOperator
) -> ObservationOut:
    """Say that nothing needs to be done: a car that turned back, a badge that was taken for a plate. Audited."""
    _observation(site, key, lot_id, observation_id)
    settled = site.assembly.parking.dismiss(observation_id, reason=dismissal.reason, actor=key.id)
    return ObservationOut.of(settled, key)


def _observation(site: Site, key: ApiKey, lot_id: str, observation_id: str) -> Observation:
    visible_lot(site.store, key, lot_id)
    observation = site.store.parking.observations.get(observation_id, key)
    if observation.lot_id != lot_id:
        raise NotFound(f"no observation {observation_id} at lot {lot_id}")
    return observation
