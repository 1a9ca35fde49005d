"""For orchestrators and Prometheus; without a key, so let only them reach it."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.problems import UNAVAILABLE, documented
from api.schemas.health import (
    Alive,
    BusReadiness,
    GalleryReplica,
    OpenModel,
    Readiness,
    TroubledOutlet,
    UnreadyGate,
    WorkerHealth,
)
from api.site import Site, SiteDep
from pipelines.bus.relay import BusHealth
from pipelines.records.outlet_values import OutletStatus

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
    """Whether records and networks are there, which gates cannot be served and why, and how far the galleries are."""
    site.store.ping()
    unready = [UnreadyGate(gate=gate_id, reason="no_liveness_model") for gate_id in site.assembly.gates.unready_gates()]
    failures, passes = site.assembly.sweeper.failures, site.assembly.outlets.failures
    outlets = [_troubled(status) for status in site.assembly.outlets.statuses() if _in_trouble(status)]
    replicas = site.assembly.gates.galleries.statuses()
    outdated = any(replica.state != "current" for replica in replicas)
    bus = _bus(site.assembly.relay.health(), site.store.dead_letters.count())
    workers = _workers(site)
    served = not site.settings.worker_lanes or any(one.kind == "worker" for one in workers)
    ill = (unready, failures, passes, outlets, outdated, bus.problems, not served, not all(one.well for one in workers))
    return Readiness(
        status="degraded" if any(ill) else "ready",
        models=[OpenModel.model_validate(model) for model in site.assembly.networks.models],
        gates=unready,
        galleries=[GalleryReplica.model_validate(replica) for replica in replicas],
        outlets=outlets,
        failed_outlet_passes=passes,
        workers=workers,
        unserved_lanes=[] if served else list(site.settings.worker_lanes),
        failed_sweeps=failures,
        bus=bus,
    )


def _bus(health: BusHealth, dead_letters: int) -> BusReadiness:
    state = health.state
    return BusReadiness.model_validate(
        {
            "kind": health.kind,
            "depth": state.depth if state else None,
            "lag": state.lag if state else None,
            "pending": state.pending if state else None,
            "spooled": health.spooled,
            "spool_capacity": health.capacity,
            "dropped": health.dropped,
            "dead_letters": dead_letters,
            "problems": list(health.problems),
        }
    )


def _workers(site: Site) -> list[WorkerHealth]:
    board = site.assembly.board
    return [] if board is None else [WorkerHealth.of(report) for report in board.reports()]


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(site: SiteDep) -> Response:
    """Counters in Prometheus' text format."""
    return Response(site.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _in_trouble(status: OutletStatus) -> bool:
    return status.outlet.progress.disabled != "by_request" and (status.outlet.state != "ok" or status.dead > 0)


def _troubled(status: OutletStatus) -> TroubledOutlet:
    outlet = status.outlet
    return TroubledOutlet(outlet=outlet.id, state=outlet.state, reason=outlet.why, lag=status.lag, dead=status.dead)
