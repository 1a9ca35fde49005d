"""Thresholds of a face embedder at false match rates: measured on people of some folds, checked on those of others.

Every two pictures of different people are an impostor pair, far more than pairs.csv lists, so that rates down to a few
in 100,000 are supported. The curve goes into the manifest (`FmrCurve`); the check says how well it holds for strangers.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.labels import FacePair, pictures_of, read_pairs
from benchmarks.lane_run import embed_pictures
from benchmarks.options import BenchOptions
from benchmarks.recognisers import EmbedderRecogniser
from benchmarks.result import Result, UsedModel, this_machine
from benchmarks.verification import PairScores, fmr_at, fnmr_at
from models.faces.open import open_detector, open_embedder
from vision.calibration import MIN_IMPOSTORS_ABOVE, FmrCurve, threshold_at_fmr
from vision.errors import BadInput
from vision.types import FloatArray

RATES = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6)
CALIBRATION_FOLDS = (0, 1)
CHECK_FOLDS = (2, 3)
_THRESHOLD_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class RateCheck:
    """One point of a curve, on people it was not measured on.

    Attributes:
        fmr: the rate that the curve states.
        threshold: its similarity there.
        measured_fmr: share of the other people's impostor pairs that match.
        measured_fnmr: share of their same-person pairs that do not.
    """

    fmr: float
    threshold: float
    measured_fmr: float
    measured_fnmr: float


def run(options: BenchOptions, *, detector: str = "mtcnn", embedder: str = "dlib-resnet-v1") -> Result:
    """The curve of `embedder` on folds 0 and 1 of the data, and its check on folds 2 and 3.

    Raises:
        ConfigurationError: no data, or an unknown model.
        BadInput: a label or a picture that cannot be used, or too few people for two rates.
        ModelError: a model that cannot be opened.
    """
    pairs = read_pairs(options.data_folder)
    catalogue = options.open_catalogue()
    recogniser = EmbedderRecogniser(open_embedder(catalogue, embedder))
    measured = embed_pictures(
        open_detector(catalogue, detector), {embedder: recogniser}, pictures_of(pairs), options.progress
    )
    vectors = measured.vectors[embedder]
    source = f"{options.data_folder.name}, folds 0 and 1"
    curve = calibrate(in_folds(vectors, pairs, CALIBRATION_FOLDS), source)
    checks = check(curve, in_folds(vectors, pairs, CHECK_FOLDS))
    return Result(
        benchmark="calibrate",
        command=options.command,
        models=tuple(UsedModel.of(catalogue.manifest.get(model_id)) for model_id in (detector, embedder)),
        machine=this_machine(options.provider, options.threads),
        n=curve.impostor_pairs,
        metrics={**curve.model_dump(mode="json"), "failed_images": len(measured.failed)},
        conditions={"folds_2_and_3": [asdict(point) for point in checks]},
    )


def calibrate(vectors: Mapping[Path, FloatArray], source: str) -> FmrCurve:
    """The thresholds at all of `RATES` that the impostor pairs of these pictures support.

    Args:
        vectors: unit length, by picture; the person is the file's name up to its last underscore.
        source: what the pictures are, for the manifest.

    Raises:
        BadInput: too few pictures of different people for two rates.
    """
    impostor = _all_pairs(vectors).impostor
    rates = [rate for rate in RATES if rate * impostor.size >= MIN_IMPOSTORS_ABOVE]
    if len(rates) < 2:
        wanted = round(MIN_IMPOSTORS_ABOVE / RATES[1])
        raise BadInput(f"wanted at least {wanted} pairs of different people, got {impostor.size}")
    thresholds = (round(threshold_at_fmr(impostor, rate), _THRESHOLD_DECIMALS) for rate in rates)
    return FmrCurve(source=source, impostor_pairs=impostor.size, fmr=tuple(rates), threshold=tuple(thresholds))


def check(curve: FmrCurve, vectors: Mapping[Path, FloatArray]) -> tuple[RateCheck, ...]:
    """What the curve's thresholds do to all pairs of these pictures.

    Raises:
        BadArray: no two pictures show one person, or none two.
    """
    scores = _all_pairs(vectors)
    return tuple(
        RateCheck(rate, threshold, fmr_at(scores, threshold), fnmr_at(scores, threshold))
        for rate, threshold in zip(curve.fmr, curve.threshold, strict=True)
    )


def in_folds(
    vectors: Mapping[Path, FloatArray], pairs: Iterable[FacePair], folds: Collection[int]
) -> dict[Path, FloatArray]:
    """Those of the pictures that occur in a pair of `folds`."""
    wanted = pictures_of(pair for pair in pairs if pair.fold in folds)
    return {path: vectors[path] for path in wanted if path in vectors}


def person_of(path: Path) -> str:
    """The person of an LFW file: `Ann_Lee_0003.jpg` shows `Ann_Lee`."""
    return path.stem.rpartition("_")[0]


def _all_pairs(vectors: Mapping[Path, FloatArray]) -> PairScores:
    """The similarities of every two pictures, each pair once."""
    rows = np.array(list(vectors.values()), np.float32)
    _, person = np.unique([person_of(path) for path in vectors], return_inverse=True)
    first, second = np.triu_indices(len(rows), k=1)
    score = (rows @ rows.T)[first, second] if len(rows) else np.empty(0, np.float32)
    same: NDArray[np.bool_] = person[first] == person[second]
    return PairScores(score, same, np.zeros(score.size, np.intp))
