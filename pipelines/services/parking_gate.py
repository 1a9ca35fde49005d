"""A camera's cars at a parking lane: which way they go, what is answered, and the picture that shows why.

Which way a car goes follows from the lane and from what the camera saw. A camera looks at the cars that come: in a lane
one way, a car that leaves the camera drives backwards, and is neither an entry nor an exit. In a lane both ways the
camera looks outward: who comes enters, who goes away leaves, and who stands still is the operator's.
"""

import logging
from dataclasses import dataclass

from pipelines.bus.outbox import Outbox
from pipelines.events import Event, event_id
from pipelines.parking.places import Lane
from pipelines.parking.sessions import Passage, Sighting
from pipelines.parking.words import Direction
from pipelines.records.store import Store
from pipelines.services.parking import ParkingService
from pipelines.services.plate_picture import keep_picture
from pipelines.stages.plate import PlateVisit

logger = logging.getLogger(__name__)

_OUTWARD: dict[str, Direction] = {"approaching": "entry", "leaving": "exit"}


@dataclass(frozen=True, slots=True, eq=False)
class ParkingGate:
    """Takes the visits of all plate cameras.

    Attributes:
        parking: decides, records, and opens the lane's barrier for what it accepted.
        store: lanes, and where the pictures are kept.
        outbox: takes what is only told of; None: the store does.
    """

    parking: ParkingService
    store: Store
    outbox: Outbox | None = None

    def on_visit(self, visit: PlateVisit) -> None:
        """Decide on a car; whatever breaks is an `unknown` on record, and opens nothing.

        Of a camera without a parking lane the event `plate.read` tells.

        Raises:
            NotFound: the camera's lane is no longer there.
        """
        if visit.lane_id is None:
            self._tell(visit)
            return
        lot_id, _, lane_id = visit.lane_id.partition("/")
        lane = self.store.parking.lanes.get(lot_id, lane_id)
        sighting = _sighting(visit)
        try:
            passage = self._decide(lane, visit, sighting)
        except Exception:
            # Whatever breaks, the record shows that nobody was let through.
            logger.exception("deciding in lane %s broke off", lane.place)
            passage = self.parking.refuse(
                lane.lot_id, lane.id, _usual(lane), sighting, "internal_error", actor=visit.camera_id
            )
        if not passage.repeated:
            keep_picture(self.store, passage.observation_id, visit.evidence)

    def _decide(self, lane: Lane, visit: PlateVisit, sighting: Sighting) -> Passage:
        direction = _direction(lane, visit)
        place, actor = (lane.lot_id, lane.id), visit.camera_id
        if direction is None:
            return self.parking.refuse(*place, _usual(lane), sighting, "wrong_direction", actor=actor)
        if direction == "entry":
            return self.parking.enter(*place, sighting, actor=actor)
        return self.parking.leave(*place, sighting, actor=actor)

    def _tell(self, visit: PlateVisit) -> None:
        """Tell of a plate that was read where nothing is decided; one that nobody could read is no news there."""
        if visit.reading is None:
            return
        event = Event(
            event_id=event_id(visit.camera_id, visit.visit, "plate.read"),
            kind="plate.read",
            occurred_at=visit.seen_at,
            camera_id=visit.camera_id,
            plate_hash=self.store.parking.plates.hash("event", visit.reading.text),
            direction=visit.direction,
            score=visit.reading.confidence,
        )
        if self.outbox is None:
            self.store.events.append(event)
        else:
            self.outbox.tell_of_street(event)


def _usual(lane: Lane) -> Direction:
    """What a car in this lane is taken to want where nobody can tell."""
    return "exit" if lane.kind == "exit" else "entry"


def _direction(lane: Lane, visit: PlateVisit) -> Direction | None:
    """Which way the car goes; None: backwards, or nobody can tell."""
    if lane.kind == "both":
        return None if visit.direction is None else _OUTWARD[visit.direction]
    return None if visit.direction == "leaving" else lane.kind


def _sighting(visit: PlateVisit) -> Sighting:
    reading = visit.reading
    if reading is None:
        return Sighting(None, 0.0, visit.seen_at, agreeing=0, camera_id=visit.camera_id, visit=visit.visit)
    return Sighting(
        plate=reading.text,
        confidence=reading.confidence,
        seen_at=visit.seen_at,
        kind=reading.kind,
        plausible=reading.plausible,
        agreeing=visit.agreeing,
        candidates=tuple(candidate.text for candidate in reading.candidates[1:]),
        camera_id=visit.camera_id,
        visit=visit.visit,
    )
