"""The API as one ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.docs import serve_docs
from api.errors import answer_errors
from api.event_signal import EventSignal
from api.limits import BodyLimit, InferenceSlots, RateLimit
from api.metrics import Metrics, RequestMetrics
from api.openapi import DESCRIPTION, DescribedApi
from api.routes import (
    audit,
    camera_zones,
    cameras,
    case_evidence,
    cases,
    consents,
    dead_letters,
    deciding,
    decisions,
    enrolments,
    events,
    galleries,
    gates,
    health,
    incidents,
    keys,
    kinds,
    line_counts,
    parking_erasures,
    parking_lanes,
    parking_lots,
    parking_observations,
    parking_offline,
    parking_passages,
    parking_rates,
    parking_rights,
    parking_sessions,
    plates,
    subjects,
    suppressions,
    webhooks,
)
from api.site import Site
from pipelines.assembly import Assembly
from pipelines.settings import Settings

VERSION = "0.1.0"
NOUNS = (
    subjects,
    consents,
    enrolments,
    galleries,
    gates,
    deciding,
    decisions,
    plates,
    parking_rates,
    parking_lots,
    parking_lanes,
    parking_rights,
    parking_passages,
    parking_observations,
    parking_sessions,
    parking_offline,
    parking_erasures,
    kinds,
    incidents,
    cases,
    case_evidence,
    suppressions,
    cameras,
    camera_zones,
    line_counts,
    events,
    webhooks,
    dead_letters,
    keys,
    audit,
    health,
)
"""In the order in which the description shows them."""


def create_app(settings: Settings, open_assembly: Callable[[Settings], Assembly] = Assembly.open) -> FastAPI:
    """The app; nothing is opened before its lifespan begins.

    Args:
        settings: of this installation.
        open_assembly: other ways to open one are for tests.
    """
    metrics = Metrics()
    app = DescribedApi(
        title="Citygate",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=partial(_lifespan, settings=settings, open_assembly=open_assembly, metrics=metrics),
    )
    for noun in NOUNS:
        app.include_router(noun.router)
    serve_docs(app)
    answer_errors(app)
    app.add_middleware(BodyLimit, max_bytes=settings.upload_max_bytes)
    app.add_middleware(RequestMetrics, metrics=metrics)
    return app


@asynccontextmanager
async def _lifespan(
    app: FastAPI, settings: Settings, open_assembly: Callable[[Settings], Assembly], metrics: Metrics
) -> AsyncIterator[None]:
    """Open the assembly; at the end wake no stream any more, then close it."""
    assembly = await run_in_threadpool(open_assembly, settings)
    try:
        signal = EventSignal(assembly.store.feed)
        metrics.watch_cameras(assembly.cameras.statuses)
        metrics.watch_outlets(assembly.outlets.statuses)
        metrics.watch_galleries(assembly.gates.galleries.statuses)
        metrics.watch_bus(assembly.relay.health)
        assembly.gates.on_decided(metrics.decided)
        assembly.parking.on_decided(metrics.passed)
        rate, slots = RateLimit(settings.requests_per_minute), InferenceSlots(settings.max_inferences)
        app.state.site = Site(assembly, rate, slots, signal, metrics)
        waking = asyncio.create_task(signal.run())
        try:
            yield
        finally:
            waking.cancel()
            with suppress(asyncio.CancelledError):
                await waking
    finally:
        await run_in_threadpool(assembly.close)
