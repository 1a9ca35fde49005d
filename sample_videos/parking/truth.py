"""The truth about both films, as it lies beside them."""

from typing import Any

import numpy as np

from sample_videos.parking.camera import LaneCamera
from sample_videos.parking.story import (
    CARS,
    CHAPTERS,
    CURRENCY,
    FPS,
    PAYMENTS,
    RATE,
    RIGHTS,
    SECONDS,
    VISITS,
    ZONE,
    LaneName,
    Visit,
    begins_s,
)
from sample_videos.parking.view import HEIGHT, WIDTH

_LEGIBLE_PX = 48.0
"""Plates less wide belong to a car that is not at the gate yet."""

Json = dict[str, Any]


def truth(cameras: dict[LaneName, LaneCamera]) -> Json:
    """Everything that the films show and call for; seconds are of film, amounts are decimals in text."""
    return {
        "fps": FPS,
        "seconds": SECONDS,
        "size_wh": [WIDTH, HEIGHT],
        "time_zone": ZONE.key,
        "currency": CURRENCY,
        "chapters": [
            {"from_s": begins_s(number), "to_s": begins_s(number + 1), "begins_at": chapter.begins_at.isoformat()}
            for number, chapter in enumerate(CHAPTERS)
        ],
        "rate": RATE,
        "rights": [{"kind": kind, "plate": CARS[car].text, "note": note} for kind, car, note in RIGHTS],
        "payments": [
            {
                "at_s": round(begins_s(one.chapter) + one.at_s, 2),
                "plate": CARS[one.car].text,
                "amount": str(one.amount),
            }
            for one in PAYMENTS
        ],
        "visits": [_visit(visit, cameras[visit.lane]) for visit in VISITS],
    }


def _visit(visit: Visit, camera: LaneCamera) -> Json:
    car, (from_s, to_s) = CARS[visit.car], _legible(visit, camera)
    return {
        "lane": visit.lane,
        "from_s": from_s,
        "to_s": to_s,
        "stops_s": round(begins_s(visit.chapter) + visit.stops_s, 2),
        "plate": None if car.muddy else car.text,
        "kind": None if car.muddy else car.kind,
        "direction": "approaching",
        "decision": visit.decision,
        "reason": visit.reason,
        "fee": None if visit.fee is None else str(visit.fee),
        "due": None if visit.due is None else str(visit.due),
    }


def _legible(visit: Visit, camera: LaneCamera) -> tuple[float, float]:
    """When the whole plate is in the picture and wide enough, whether or not a car hides it: from, to, seconds."""
    times = [number / FPS for number in range(round(SECONDS * FPS))]
    corners = ((time_s, camera.plate_seen(visit, time_s)) for time_s in times)
    seen = [time_s for time_s, places in corners if places is not None and np.ptp(places[:, 0]) >= _LEGIBLE_PX]
    return seen[0], seen[-1]
