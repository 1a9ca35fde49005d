"""Where plates have stood since before anybody looked: signs and parked cars, which nobody waits in."""

from datetime import datetime

from pipelines.stages.cars import same_place
from vision.types import FloatArray


class StandingPlates:
    """The places of one camera's plates that were never seen to move.

    Args:
        watched_s: a plate first found so long after the camera's first frame, where none stood, has come there, though
            no frame shows how.
        kept_s: a place is remembered so long after its plate was last seen.
    """

    def __init__(self, watched_s: float, kept_s: float) -> None:
        self._watched_s = watched_s
        self._kept_s = kept_s
        self._since: datetime | None = None
        self._places: dict[str, tuple[FloatArray, datetime]] = {}

    def look(self, now: datetime) -> None:
        """The camera shows a frame of this time; places that were empty for long are forgotten."""
        # A source that is opened anew may fall back in time.
        self._since = now if self._since is None else min(self._since, now)
        self._places = {
            one: (xyxy, seen_at)
            for one, (xyxy, seen_at) in self._places.items()
            if (now - seen_at).total_seconds() <= self._kept_s
        }

    def has_come(self, xyxy: FloatArray, now: datetime) -> bool:
        """Whether a plate that is first seen now, its car's (4,) box here, was not there before."""
        watched_s = 0.0 if self._since is None else (now - self._since).total_seconds()
        taken = any(same_place(place, xyxy) for place, _ in self._places.values())
        return watched_s >= self._watched_s and not taken

    def note(self, passage_id: str, xyxy: FloatArray, now: datetime, *, moved: bool) -> None:
        """The plate of this passage is here, and was seen to move or not."""
        if moved:
            self._places.pop(passage_id, None)
        else:
            self._places[passage_id] = xyxy, now
