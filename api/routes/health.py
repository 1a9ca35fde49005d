"""For orchestrators and Prometheus; without a key, so let only them reach it."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.problems import UNAVAILABLE, documented
from api.schemas.health import Alive, OpenModel, Readiness, UnreadyGate, WorkerHealth
from api.site import Site, SiteDep

router = APIRouter(tags=["health"])

_AWAY: dict[int | str, dict[str, Any]] = {503: documented()[UNAVAILABLE.status]}


@router.get("/", include_in_schema=False)
async def root() -> RedirectResponse:
    """To the description of this API."""
    return RedirectResponse("/docs")


@router.get("/healthz")
async def healthz() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", responses=_AWAY)
def readyz(site: SiteDep) -> Readiness:
    """Whether records and networks are there, and which gates cannot be served and why."""
    site.store.ping()
    unready = [UnreadyGate(gate=gate_id, reason="no_liveness_model") for gate_id in site.assembly.gates.unready_gates()]
    failures = site.assembly.sweeper.failures
    workers = _workers(site)
    served = not site.settings.worker_lanes or any(one.kind == "worker" for one in workers)
    ill = unready or failures or not served or not all(one.well for one in workers)
    return Readiness(
        status="degraded" if ill else "ready",
        models=[OpenModel.model_validate(model) for model in site.assembly.networks.models],
        gates=unready,
        workers=workers,
        unserved_lanes=[] if served else list(site.settings.worker_lanes),
        failed_sweeps=failures,
    )


def _workers(site: Site) -> list[WorkerHealth]:
    board = site.assembly.board
    return [] if board is None else [WorkerHealth.of(report) for report in board.reports()]


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(site: SiteDep) -> Response:
    """Counters in Prometheus' text format."""
    return Response(site.metrics.text(), media_type=CONTENT_TYPE_LATEST)
