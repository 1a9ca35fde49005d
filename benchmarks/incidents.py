"""`bench incidents`: are the incidents of a film found, each once, how soon, and is nothing else told?"""

from pathlib import Path
from statistics import median

from pydantic import JsonValue

from benchmarks.incident_truth import (
    LEAST_COMMON,
    TOLERANCE_S,
    FilmTruth,
    Verdict,
    alarm_delay_s,
    judge,
    read_truth,
)
from benchmarks.options import BenchOptions
from benchmarks.result import Listing, Metrics, Result, this_machine
from benchmarks.street_films import PlayedFilm, play_film
from benchmarks.street_models import WatchingDetector, watching_detector
from benchmarks.timing import opencv_threads, percentiles_ms
from pipelines.street_cameras import StreetCamera, read_street_camera


def run(options: BenchOptions, *, video: Path, camera: Path, truth: Path, detector: str | None = None) -> Result:
    """Found, missed and false alarms of a film.

    Args:
        options: no peers.
        video: the film.
        camera: TOML, as `pipelines.street_cameras` reads it.
        truth: JSON with `incidents`.
        detector: id or ONNX file; None: only what needs no learned class can be found.

    Raises:
        ConfigurationError: a wrong camera file, no film, or an unknown detector.
        BadInput: a wrong truth.
        SourceError: the film cannot be read to its end.
    """
    options.check_peers(())
    street, wanted = read_street_camera(camera), read_truth(truth)
    watching = watching_detector(options, detector)
    with opencv_threads(options.threads):
        film = play_film(video, street, watching.detector, wanted.begins_at)
    verdict = judge(wanted.incidents, film)
    return Result(
        benchmark="incidents",
        command=options.command,
        models=watching.models,
        machine=this_machine(options.provider, options.threads),
        n=len(wanted.incidents),
        metrics=_metrics(verdict, film),
        conditions=_conditions(street, wanted, film, watching),
        listings=(_alarms(verdict, film),),
    )


def _metrics(verdict: Verdict, film: PlayedFilm) -> Metrics:
    delays = [alarm_delay_s(true, alarm, film.begins_at) for true, alarm in verdict.found]
    return {
        "found": len(verdict.found),
        "missed": len(verdict.missed),
        "false": len(verdict.false),
        "seconds_to_alarm_p50": round(median(delays), 2) if delays else None,
        **percentiles_ms(film.frame_s),
    }


def _conditions(camera: StreetCamera, truth: FilmTruth, film: PlayedFilm, watching: WatchingDetector) -> Metrics:
    learned = sorted({name for one in truth.incidents for name in one.classes})
    return {
        "input": f"{film.length_s:.1f} s of film at {camera.fps} frames a second; decoding is not in the times",
        "detector": watching.told,
        "classes_wanted": ", ".join(learned) or "none",
        "found_is": f"same kind, told from {TOLERANCE_S} s before the start to {TOLERANCE_S} s after the end, and "
        f"{LEAST_COMMON} of the smaller box in common; a second alarm of one incident is false",
    }


def _alarms(verdict: Verdict, film: PlayedFilm) -> Listing:
    """Every alarm and every miss, for a person to look at."""
    rows: list[tuple[JsonValue, ...]] = [
        (
            "found",
            true.kind,
            alarm.detail,
            true.start_s,
            round(film.second(alarm.started_at), 2),
            round(film.second(alarm.seen_at), 2),
        )
        for true, alarm in verdict.found
    ]
    rows += [("missed", true.kind, true.detail, true.start_s, None, None) for true in verdict.missed]
    rows += [
        (
            "false",
            alarm.kind,
            alarm.detail,
            None,
            round(film.second(alarm.started_at), 2),
            round(film.second(alarm.seen_at), 2),
        )
        for alarm in verdict.false
    ]
    columns = ("verdict", "kind", "detail", "true start s", "start s", "told s")
    return Listing(title="Alarms", columns=columns, rows=tuple(rows))
