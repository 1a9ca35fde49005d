"""The truth about the films, as it lies beside them in the words of `bench incidents`."""

from typing import Any

from sample_videos.street.actors import Box
from sample_videos.street.story import (
    BAG,
    COVERED,
    CROWD_ZONE,
    GHOST_DRIVER,
    HEIGHT,
    PARKED,
    SECONDS,
    SMOKE,
    TURNED_S,
    WIDTH,
    Actor,
    FilmName,
    crowd_times,
)

Json = dict[str, Any]


def truth(film: FilmName) -> Json:
    """All incidents of the film; seconds are of film, boxes pixels; `classes` is what a detector must know."""
    return {"incidents": _kerb() if film == "kerb" else _square()}


def _kerb() -> list[Json]:
    from_s, to_s = crowd_times()
    ghost = GHOST_DRIVER.way
    return [
        _incident("09009", PARKED.way[1][0], PARKED.way[2][0], _box(PARKED, 20), "car"),
        _incident("L07", BAG.way[0][0], SECONDS, _box(BAG, 30)),
        _incident("L05", ghost[0][0], ghost[-1][0], (0, ghost[0][2] - 50, WIDTH, ghost[0][2] + 4), "car"),
        _incident("L03", from_s, to_s, CROWD_ZONE, "person"),
    ]


def _square() -> list[Json]:
    covered, turned_s = COVERED["square"], TURNED_S["square"]
    whole = (0, 0, WIDTH, HEIGHT)
    return [
        _incident("L02", SMOKE.way[0][0], SMOKE.way[-1][0], _box(SMOKE, 20), "smoke"),
        *([_incident("01050", *covered, whole, detail="blocked")] if covered else []),
        *([_incident("01050", turned_s, SECONDS, whole, detail="moved")] if turned_s else []),
    ]


def _box(actor: Actor, film_s: float) -> Box:
    box = actor.box(film_s)
    if box is None:
        raise ValueError(f"wanted the {actor.name} in the picture at {film_s} s, got nothing")
    return box


def _incident(kind: str, from_s: float, to_s: float, box: Box, *classes: str, detail: str | None = None) -> Json:
    return {
        "kind": kind,
        "start_s": from_s,
        "end_s": to_s,
        "box": [round(float(edge), 1) for edge in box],
        "detail": detail,
        "classes": list(classes),
    }
