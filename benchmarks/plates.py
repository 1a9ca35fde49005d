"""`bench plates`: where are the plates of this scene, and what do they say? Whole pictures, end to end."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import numpy as np
from pydantic import JsonValue

from benchmarks.galleries import Gallery, Picture, around
from benchmarks.labels import read_picture
from benchmarks.options import BenchOptions
from benchmarks.peers.crnn import CRNN, CrnnReader
from benchmarks.peers.public_weights import open_public, weights_folder
from benchmarks.peers.rapidocr import RAPIDOCR, RapidOcr, RapidOcrLane
from benchmarks.peers.yolov5face import YOLOV5_FACE, Yolov5FaceCrnn, Yolov5FaceDetector
from benchmarks.plate_labels import PlatePicture, read_scenes, with_found
from benchmarks.plate_lanes import OurLane, PublicLane, SceneLane
from benchmarks.plate_models import DETECTOR, READER, listed_id
from benchmarks.plate_scenes import FALSE_IOU, FOUND_IOU, WARM_UPS, SceneRun, kinds_of, look_in_turn, scene_metrics
from benchmarks.plate_texts import is_exact
from benchmarks.result import Listing, Metrics, PeerResult, Result, UsedModel, this_machine
from benchmarks.timing import opencv_threads
from models.plates.open import open_plate_detector, open_plate_reader

OURS = "ours"
PEERS = ("crnn", "rapidocr")
MOST_SHOWN = 200


def run(
    options: BenchOptions,
    *,
    detector: str = DETECTOR,
    reader: str = READER,
    gate: float | None = None,
    weights: Path | None = None,
    found: Path | None = None,
) -> Result:
    """Exact texts, recall, false plates and times on the scenes of `options.data`.

    Args:
        options: peers are `crnn` (YOLOv5-face and CRNN) and `rapidocr`.
        detector: id of a plate detector in the manifests, or an ONNX file of its family.
        reader: id of a plate reader in the manifests, or an ONNX file of its family.
        gate: the confidence from which on a gate acts on a reading; None: the reader's own.
        weights: folder of the public networks; None: `public-weights` beside the data.
        found: lines as in labels.jsonl of plates that a person sees and the set does not label.

    Raises:
        ConfigurationError: no data, or an unknown model or peer, or a peer that cannot be set up.
        BadInput: a label or a picture that cannot be used.
        ModelError: a model that cannot be opened.
    """
    options.check_peers(PEERS)
    pictures = read_scenes(options.data_folder, options.limit, options.seed)
    pictures = with_found(pictures, found) if found else pictures
    catalogue = options.open_catalogue()
    ids = listed_id(catalogue, detector, "plate-corners"), listed_id(catalogue, reader, "plate-ctc")
    ours = OurLane(open_plate_detector(catalogue, ids[0]), open_plate_reader(catalogue, ids[1]), gate)
    with ExitStack() as stack, opencv_threads(options.threads):
        lanes: dict[str, SceneLane] = {OURS: ours}
        lanes |= {peer: _peer(peer, options, weights, stack) for peer in options.peers}
        runs = look_in_turn(lanes, pictures, options.progress)
    used = {"crnn": (YOLOV5_FACE.used, CRNN.used), "rapidocr": (RAPIDOCR,)}
    return Result(
        benchmark="plates",
        command=options.command,
        models=(
            *(UsedModel.of(catalogue.manifest.get(model_id)) for model_id in ids),
            *(model for peer in options.peers for model in used[peer]),
        ),
        machine=this_machine(options.provider, options.threads),
        n=len(pictures),
        metrics=scene_metrics(runs[OURS]),
        peers={peer: PeerResult(metrics=scene_metrics(runs[peer])) for peer in options.peers},
        ratios=speed_ratios(runs),
        conditions=_conditions(ours.gate_threshold, pictures, options),
        listings=listings(pictures, runs[OURS], options.data_folder),
        galleries=(false_plates(pictures, runs[OURS]), misread(pictures, runs)),
    )


def speed_ratios(runs: Mapping[str, SceneRun]) -> dict[str, float]:
    """How many times as long each peer takes for a scene, by the medians."""
    medians = {name: median(score.look.seconds for score in run.scores) for name, run in runs.items()}
    return {f"scene_speed_vs_{name}": value / medians[OURS] for name, value in medians.items() if name != OURS}


def listings(pictures: Sequence[PlatePicture], run: SceneRun, data: Path) -> tuple[Listing, ...]:
    """Accepted plates away from every labelled one, for a person to look at; and the kinds, where they are labelled."""
    rows: list[tuple[JsonValue, ...]] = []
    for picture, score in zip(pictures, run.scores, strict=True):
        name = picture.image.relative_to(data).as_posix()
        rows += [
            (name, [round(float(edge), 1) for edge in plate.xyxy], plate.text, plate.kind, round(plate.confidence, 3))
            for plate in score.false or ()
        ]
    columns = ("picture", "box", "text", "kind", "confidence")
    found = (Listing(title="Accepted where no plate is labelled", columns=columns, rows=tuple(rows)),)
    kinds = tuple(kinds_of(run.scores))
    return (*found, Listing(title="Kinds", columns=("wanted", "got"), rows=kinds)) if kinds else found


def false_plates(pictures: Sequence[PlatePicture], run: SceneRun) -> Gallery:
    """The same plates as pictures."""
    shown = [
        Picture(around(read_picture(picture.image), plate.xyxy), (picture.image.name, plate.text))
        for picture, score in zip(pictures, run.scores, strict=True)
        for plate in score.false or ()
    ]
    return Gallery("Accepted where no plate is labelled", tuple(shown[:MOST_SHOWN]))


def misread(pictures: Sequence[PlatePicture], runs: Mapping[str, SceneRun]) -> Gallery:
    """The labelled plates whose text ours read nowhere in the picture."""
    shown: list[Picture] = []
    for number, picture in enumerate(pictures):
        labelled = [plate for plate in picture.plates if plate.text is not None]
        for place, plate in enumerate(labelled):
            if is_exact(runs[OURS].scores[number].pairs[place]) or len(shown) == MOST_SHOWN:
                continue
            got = [f"{name} {run.scores[number].pairs[place].got or 'nothing'}" for name, run in runs.items()]
            image = read_picture(picture.image)
            part = image if plate.box is None else around(image, np.asarray(plate.box, np.float32))
            shown.append(Picture(part, (f"wanted {plate.text}", *got)))
    return Gallery("Not read exactly", tuple(shown))


def _peer(peer: str, options: BenchOptions, weights: Path | None, stack: ExitStack) -> SceneLane:
    if peer == "rapidocr":
        return RapidOcrLane(stack.enter_context(RapidOcr(options.home, options.threads, lines_only=False)))
    folder = weights_folder(options, weights)
    reader = Yolov5FaceCrnn(CrnnReader(open_public(CRNN, folder, options)))
    return PublicLane(Yolov5FaceDetector(open_public(YOLOV5_FACE, folder, options)), reader)


def _conditions(gate: float, pictures: Sequence[PlatePicture], options: BenchOptions) -> Metrics:
    conditions: Metrics = {
        "input": "one scene at a time, as stored, from decoded pixels to readings",
        "labelled_plates": sum(len(picture.plates) for picture in pictures),
        "warm_ups": WARM_UPS,
        "gate_threshold": gate,
        "recall_iou50": f"a plate of its own with an IoU of at least {FOUND_IOU}, legible or not",
        "false_plates": f"accepted readings with an IoU below {FALSE_IOU} with every labelled plate",
    }
    if "crnn" in options.peers:
        conditions["crnn"] = "has no gate: every text it reads counts as accepted"
    if "rapidocr" in options.peers:
        conditions["rapidocr"] = f"{RAPIDOCR.id}, every line of text, timed in its own process; it knows no plates"
    return conditions
