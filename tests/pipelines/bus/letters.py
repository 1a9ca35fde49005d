"""Letters for the tests."""

from pipelines.bus.bus import Letter
from pipelines.bus.sink import event_letter
from pipelines.events import Event, event_id
from tests.fakes import NOW


def camera_event(visit: int | str, **options: object) -> Event:
    """An event of camera `cam-1`."""
    made = event_id("cam-1", str(visit), "camera.state")
    values = {"event_id": made, "kind": "camera.state", "occurred_at": NOW, "camera_id": "cam-1", "state": "live"}
    return Event(**values | options)


def letters(count: int, first: int = 0) -> list[Letter]:
    """So many different events on their way."""
    return [event_letter(camera_event(visit)) for visit in range(first, first + count)]


BROKEN = Letter("evt_broken", "event", '{"event_id": "evt_broken", "kind": "unheard.of"}')
