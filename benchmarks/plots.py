"""Pictures of pair scores: their histogram and the DET curve, as SVG."""

import io

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.verification import PairScores, det_points, fmr_at, fnmr_at

# Two hues that remain apart for colour-blind readers (Okabe and Ito, 2008).
GENUINE, IMPOSTOR = "#0072b2", "#d55e00"
BINS = 60
SIZE_INCHES = (6.4, 4.2)


def score_histogram(scores: PairScores) -> bytes:
    """SVG: how the scores of one person's pairs and of two persons' pairs are spread."""
    figure, axes = _figure()
    edges = [float(edge) for edge in np.histogram_bin_edges(scores.score, BINS)]
    for values, colour, name in (
        (scores.impostor, IMPOSTOR, "two persons"),
        (scores.genuine, GENUINE, "one person"),
    ):
        weights = np.full(values.size, 100 / max(values.size, 1))
        axes.hist(values, edges, weights=weights, color=colour, alpha=0.65, label=f"{name} ({values.size} pairs)")
    if scores.threshold is not None:
        axes.axvline(scores.threshold, color="black", linestyle="--", label=f"threshold {scores.threshold:.3f}")
    axes.set(xlabel="similarity", ylabel="share of the pairs (%)", title="Scores of the pairs")
    axes.legend()
    return _svg(figure)


def det_curve(scores: PairScores) -> bytes:
    """SVG: false non-matches against false matches over all thresholds, both on logarithmic axes.

    A rate of 0 cannot be drawn there and lies at half a pair.

    Raises:
        BadArray: no genuine or no impostor pairs.
    """
    fmr, fnmr = det_points(scores)
    least_fmr, least_fnmr = 0.5 / scores.impostor.size, 0.5 / scores.genuine.size
    figure, axes = _figure()
    axes.step(np.maximum(fmr, least_fmr), np.maximum(fnmr, least_fnmr), where="post", color=GENUINE)
    if scores.threshold is not None:
        at = max(fmr_at(scores, scores.threshold), least_fmr), max(fnmr_at(scores, scores.threshold), least_fnmr)
        axes.plot(*at, "o", color="black", label=f"threshold {scores.threshold:.3f}")
        axes.legend()
    axes.set(xscale="log", yscale="log", xlabel="false match rate", ylabel="false non-match rate", title="DET curve")
    axes.grid(visible=True, which="both", linewidth=0.3)
    return _svg(figure)


def _figure() -> tuple[Figure, Axes]:
    # Figure without pyplot: no window system, no global list of figures.
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: Figure) -> bytes:
    content = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "citygate"}):
        figure.savefig(content, format="svg", metadata={"Date": None})
    return content.getvalue()
