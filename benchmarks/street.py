"""The benchmark `street`: which labelled people, vehicles and hazards a detector finds, beside public ones."""

from collections.abc import Mapping
from statistics import median

from benchmarks.options import BenchOptions
from benchmarks.result import PeerResult, Result, UsedModel, this_machine
from benchmarks.street_labels import read_street
from benchmarks.street_models import DETECTOR, listed_street_id
from benchmarks.street_scores import FOUND_IOU, LEAST_SCORE, WARM_UPS, StreetRun, detect_in_turn, street_metrics
from benchmarks.timing import opencv_threads
from models.street.open import open_street_detector


def run(options: BenchOptions, *, detector: str | None = None, tile_wh: tuple[int, int] | None = None) -> Result:
    """Average precision, precision, recall and time on the pictures of `options.data`.

    Args:
        options: peers are ids of street detectors in the manifests, or ONNX files of a family that has an adapter.
        detector: the same; None: the project's own.
        tile_wh: ours looks at parts of that size too; None: at the whole picture only.

    Raises:
        ConfigurationError: no data, an unknown model, or a file whose family or classes are not known.
        BadInput: a label or a picture that cannot be used.
        ModelError: a model that cannot be opened.
    """
    catalogue = options.open_catalogue()
    ours = listed_street_id(catalogue, detector or DETECTOR)
    peers = [listed_street_id(catalogue, peer) for peer in options.peers]
    pictures = read_street(options.data_folder, options.limit, options.seed)
    detectors = {model_id: open_street_detector(catalogue, model_id) for model_id in peers}
    detectors = {ours: open_street_detector(catalogue, ours, tile_wh), **detectors}
    with opencv_threads(options.threads):
        runs = detect_in_turn(detectors, pictures, options.progress)
    labels = [picture.labels for picture in pictures]
    return Result(
        benchmark="street",
        command=options.command,
        models=tuple(UsedModel.of(catalogue.manifest.get(model_id)) for model_id in detectors),
        machine=this_machine(options.provider, options.threads),
        n=len(pictures),
        metrics=street_metrics(runs[ours], labels),
        peers={peer: PeerResult(metrics=street_metrics(runs[peer], labels)) for peer in peers},
        ratios=speed_ratios(runs, ours),
        conditions={
            "input": "one picture at a time, as stored, from decoded pixels to objects",
            "tile": f"{tile_wh[0]}x{tile_wh[1]}" if tile_wh else "none",
            "labelled_objects": sum(len(label) for label in labels),
            "warm_ups": WARM_UPS,
            "precision, recall": f"at each detector's own thresholds, IoU {FOUND_IOU}",
            "ap50, ap": f"COCO's, of objects from a score of {LEAST_SCORE} on, at most 100 a picture",
        },
    )


def speed_ratios(runs: Mapping[str, StreetRun], ours: str) -> dict[str, float]:
    """How many times as long each peer takes for a picture, by the medians."""
    medians = {name: median(one.seconds) for name, one in runs.items()}
    return {f"speed_vs_{name}": value / medians[ours] for name, value in medians.items() if name != ours}
