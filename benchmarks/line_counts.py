"""`bench line-counts`: do the counts over the lines of a film equal those of a person who watched it?"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.line_truth import TOLERANCE_S, LineScore, LineTruth, check_film, read_line_truth, score_lines
from benchmarks.options import BenchOptions
from benchmarks.result import Listing, Metrics, Result, this_machine
from benchmarks.street_films import PlayedFilm, play_film
from benchmarks.street_models import watching_detector
from benchmarks.timing import opencv_threads, percentiles_ms
from pipelines.street_cameras import read_street_camera


def run(options: BenchOptions, *, video: Path, camera: Path, truth: Path, detector: str | None = None) -> Result:
    """Counted and wanted crossings of each line and direction.

    Args:
        options: no peers.
        video: the film.
        camera: TOML with lines, as `pipelines.street_cameras` reads it.
        truth: JSON with `crossings`.
        detector: id or ONNX file; None: nobody is seen, and nothing is counted.

    Raises:
        ConfigurationError: a wrong camera file, no film, or an unknown detector.
        BadInput: a wrong truth, or one of another film or of lines that the camera does not have.
        SourceError: the film cannot be read to its end.
    """
    options.check_peers(())
    street, wanted = read_street_camera(camera), read_line_truth(truth)
    lines = [line.id for line in street.lines]
    score_lines(wanted, (), lines)  # a truth of other lines is refused before the film is played
    watching = watching_detector(options, detector)
    with opencv_threads(options.threads):
        film = play_film(video, street, watching.detector)
    check_film(wanted, video)
    scores = score_lines(wanted, film.crossings, lines)
    return Result(
        benchmark="line-counts",
        command=options.command,
        models=watching.models,
        machine=this_machine(options.provider, options.threads),
        n=len(wanted.crossings),
        metrics=count_metrics(scores) | {"blind_s": round(film.blind_s, 2), **percentiles_ms(film.frame_s)},
        conditions={
            "input": f"{film.length_s:.1f} s of film at {street.fps} frames a second; decoding is not in the times",
            "detector": watching.told,
            "error_share": "counted less wanted, of each line and direction, without sign, by all that is wanted",
            "matched": f"true crossings told within {TOLERANCE_S} s: errors that cancel in the counts show here",
            "truth": wanted.note or "not said who counted",
        },
        listings=(_crossings(wanted, film),),
    )


def count_metrics(scores: Sequence[LineScore]) -> Metrics:
    """All lines together and each by itself; None for shares of nothing."""
    wanted, error = sum(one.wanted for one in scores), sum(abs(one.counted - one.wanted) for one in scores)
    return {
        "counted": sum(one.counted for one in scores),
        "wanted": wanted,
        "error_share": round(error / wanted, 4) if wanted else None,
        "matched": sum(one.matched for one in scores),
        "per_line": {
            f"{one.line} {one.direction}": {
                "counted": one.counted,
                "wanted": one.wanted,
                "error_share": round(abs(one.counted - one.wanted) / one.wanted, 4) if one.wanted else None,
                "matched": one.matched,
            }
            for one in scores
        },
    }


def _crossings(truth: LineTruth, film: PlayedFilm) -> Listing:
    """Every crossing, seen and told, in the order of time, for a person to look at."""
    rows = [(round(one.at_s, 2), "seen", one.line, one.direction) for one in truth.crossings]
    rows += [(round(one.at_s, 2), "told", one.line, one.direction) for one in film.crossings]
    return Listing(title="Crossings", columns=("second", "by", "line", "direction"), rows=tuple(sorted(rows)))
