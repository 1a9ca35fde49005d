"""What happened, later or as it happens."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth import EventReader, authenticate
from api.keyed_route import KeyedRoute
from api.problems import INVALID_VALUE, Problem, documented
from api.schemas.common import Listing, PageParts, listing
from api.site import SiteDep
from pipelines.events import Event, EventKind
from pipelines.records.event_log import EventFilter
from pipelines.records.paging import decode_cursor, encode_cursor
from pipelines.records.values import StoredEvent

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=KeyedRoute)

AT_ONCE = 100
LOG = "events"
"""The list that cursors of events belong to."""


async def passing(
    key: EventReader,
    kind: Annotated[list[EventKind] | None, Query(description="may be repeated; default: all kinds")] = None,
    camera: str | None = None,
    gate: str | None = None,
) -> EventFilter:
    """The filter that a request asks for, within the key's purposes."""
    return EventFilter(viewer=key, kinds=tuple(kind or ()), camera_id=camera, gate_id=gate)


Passing = Annotated[EventFilter, Depends(passing)]


@router.get("", responses=documented(INVALID_VALUE))
def list_events(site: SiteDep, wanted: Passing, part: PageParts) -> Listing[Event]:
    """The events of the key's purposes, oldest first."""
    return listing(site.store.events.page(part.cursor, part.limit, wanted), _event)


def start(site: SiteDep, last_event_id: Annotated[str | None, Header()] = None) -> int:
    """The number of the event that the stream begins behind; without `Last-Event-ID` it begins now."""
    return site.store.events.latest_seq() if last_event_id is None else decode_cursor(LOG, last_event_id)


@router.get("/stream", response_class=EventSourceResponse, responses=documented(INVALID_VALUE))
async def stream_events(
    request: Request, site: SiteDep, wanted: Passing, after: Annotated[int, Depends(start)]
) -> AsyncIterator[ServerSentEvent]:
    """The events as they happen, as Server-Sent Events: `event` is the kind, `data` the event.

    A client that comes back with the `Last-Event-ID` it saw misses nothing; an `id` also serves as `cursor` of the
    list. The stream ends when its key does.
    """
    while await _still_valid(request, site):
        awake = site.signal.next
        events = await run_in_threadpool(site.store.events.list, after, AT_ONCE, wanted)
        for stored in events:
            after = stored.seq
            yield ServerSentEvent(
                id=encode_cursor(LOG, stored.seq), event=stored.event.kind, raw_data=stored.event.model_dump_json()
            )
        if not events:
            await awake.wait()


async def _still_valid(request: Request, site: SiteDep) -> bool:
    try:
        await authenticate(request, site.store)
    except Problem:
        return False
    return True


def _event(stored: StoredEvent) -> Event:
    return stored.event
