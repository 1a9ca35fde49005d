"""`bench faces`: is it the same person? Pictures of pairs through detector, alignment and embedder to a score."""

from collections.abc import Sequence
from statistics import median

from benchmarks.labels import FacePair, pictures_of, read_pairs
from benchmarks.lane_run import WARM_UPS, LaneRun, embed_pictures, pair_scores
from benchmarks.options import BenchOptions
from benchmarks.peers.dlib import DlibRecogniser
from benchmarks.recognisers import EmbedderRecogniser, Recogniser
from benchmarks.result import Metrics, PeerResult, Result, UsedModel, this_machine
from benchmarks.timing import opencv_threads, percentiles_ms
from benchmarks.verification import PairScores, accuracy_by_fold, fmr_at, fnmr_at, fnmr_at_fmr
from models.catalogue import Catalogue
from models.faces.open import open_detector, open_embedder
from models.manifest import ModelSpec
from vision.errors import Uncalibrated

OURS = "ours"
DLIB = "dlib"
DLIB_WEIGHTS = "dlib-resnet-v1"
SHIPPED_TARGET_FMR = 1e-3


def run(
    options: BenchOptions, *, detector: str = "mtcnn", embedder: str = DLIB_WEIGHTS, min_face_px: int = 60
) -> Result:
    """Accuracy, error rates and times on the pairs of `options.data`.

    Args:
        options: peers are `dlib` or ids of embedders in the manifests; all see the same faces.
        detector: id of a detector in the manifests.
        embedder: id of an embedder in the manifests.
        min_face_px: height of the smallest face looked for.

    Raises:
        ConfigurationError: no data, or an unknown model or peer.
        BadInput: a label or a picture that cannot be used.
        ModelError: a model that cannot be opened.
    """
    pairs = read_pairs(options.data_folder, options.limit, options.seed)
    catalogue = options.open_catalogue()
    ids = (embedder, *(peer for peer in options.peers if peer != DLIB))
    finder = open_detector(catalogue, detector, min_face_px)
    recognisers = _recognisers(catalogue, embedder, options.peers)
    with opencv_threads(options.threads):
        measured = embed_pictures(finder, recognisers, pictures_of(pairs), options.progress)
    threshold = _shipped_threshold(catalogue, embedder)
    ours = pair_scores(pairs, measured.vectors[OURS], recognisers[OURS], threshold)
    return Result(
        benchmark="faces",
        command=options.command,
        models=tuple(UsedModel.of(catalogue.manifest.get(model_id)) for model_id in (detector, *ids)),
        machine=this_machine(options.provider, options.threads),
        n=len(pairs),
        metrics=_our_metrics(ours, measured),
        peers={peer: _peer_result(pairs, measured, peer, recognisers[peer]) for peer in options.peers},
        ratios=_ratios(measured, options.peers),
        conditions=_conditions(catalogue.manifest.get(embedder), measured, min_face_px),
        scores=ours,
    )


def _recognisers(catalogue: Catalogue, embedder: str, peers: Sequence[str]) -> dict[str, Recogniser]:
    recognisers: dict[str, Recogniser] = {OURS: EmbedderRecogniser(open_embedder(catalogue, embedder))}
    for peer in peers:
        if peer == DLIB:
            recognisers[peer] = DlibRecogniser(catalogue.manifest.get(DLIB_WEIGHTS))
        else:
            recognisers[peer] = EmbedderRecogniser(open_embedder(catalogue, peer))
    return recognisers


def _shipped_threshold(catalogue: Catalogue, embedder: str) -> float | None:
    try:
        return catalogue.threshold(embedder, SHIPPED_TARGET_FMR)
    except Uncalibrated:
        return None


def _verification(scores: PairScores) -> Metrics:
    accuracy = accuracy_by_fold(scores)
    return {
        "accuracy": accuracy.mean,
        "accuracy_std": accuracy.std,
        "accuracy_per_fold": {str(fold): value for fold, value in accuracy.by_fold.items()},
        "fnmr_at_fmr": {name: fnmr_at_fmr(scores, float(name)) for name in ("1e-2", "1e-3")},
    }


def _at_threshold(scores: PairScores) -> Metrics | None:
    threshold = scores.threshold
    if threshold is None:
        return None
    return {
        "target_fmr": SHIPPED_TARGET_FMR,
        "threshold": threshold,
        "fmr": fmr_at(scores, threshold),
        "fnmr": fnmr_at(scores, threshold),
    }


def _our_metrics(scores: PairScores, measured: LaneRun) -> Metrics:
    return {
        **_verification(scores),
        "at_shipped_threshold": _at_threshold(scores),
        "failed_images": len(measured.failed),
        **percentiles_ms(measured.detect_s, "detect_ms"),
        **percentiles_ms(measured.align_s[OURS], "align_ms"),
        **percentiles_ms(measured.embed_s[OURS], "embed_ms"),
    }


def _peer_result(pairs: Sequence[FacePair], measured: LaneRun, peer: str, recogniser: Recogniser) -> PeerResult:
    scores = pair_scores(pairs, measured.vectors[peer], recogniser, None)
    return PeerResult(metrics={**_verification(scores), **percentiles_ms(measured.embed_s[peer], "embed_ms")})


def _ratios(measured: LaneRun, peers: Sequence[str]) -> dict[str, float]:
    if not measured.embed_s[OURS]:
        return {}
    ours = median(measured.embed_s[OURS])
    return {f"embed_speed_vs_{peer}": median(measured.embed_s[peer]) / ours for peer in peers}


def _conditions(spec: ModelSpec, measured: LaneRun, min_face_px: int) -> Metrics:
    return {
        "variant": _variant(spec),
        "input": f"{len(measured.detect_s)} pictures, the labelled face of each, embedded one at a time",
        "min_face_px": min_face_px,
        "warm_ups": WARM_UPS,
        "embed_ms": "from ready chips; ours: all passes of the variant; dlib: compute_face_descriptor, one pass",
        "no_face": "a pair with a picture without a face scores -1: it never matches",
        "calibrated_on": spec.calibration.source if spec.calibration else None,
    }


def _variant(spec: ModelSpec) -> str:
    scale = spec.embedding.mirror_scale if spec.embedding else None
    if scale is None:
        return "no mirror averaging: one chip"
    return f"mirror averaging: mean of the chip and its mirror picture, {scale:g} times as near"
