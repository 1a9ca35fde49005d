"""`citygate bench NAME`: one command for each benchmark."""

import re
from pathlib import Path
from typing import Annotated

import tomli_w
import typer

from api.cli.console import console
from benchmarks import calibrate as calibration
from benchmarks import city as replaying
from benchmarks import face_detection as detection
from benchmarks import faces as verification
from benchmarks import false_alarms as crying_wolf
from benchmarks import incidents as finding_incidents
from benchmarks import line_counts as counting
from benchmarks import pipeline as running_cameras
from benchmarks import plate_crops as plate_reading
from benchmarks import plates as plate_finding
from benchmarks import records as carrying
from benchmarks import search as searching
from benchmarks import street as street_watching
from benchmarks import verify_api as serving
from benchmarks.city_day import DISTRICT_CAMERAS, Share
from benchmarks.command import add_benchmark
from benchmarks.held_pictures import read_names
from benchmarks.options import BenchOptions
from benchmarks.plate_models import DETECTOR, READER
from benchmarks.result import Result
from models.importing import set_calibration
from vision.calibration import FmrCurve
from vision.errors import ConfigurationError

app = typer.Typer(help="Measure on labelled data, against peers, in the same run.", no_args_is_help=True)

Detector = Annotated[str, typer.Option(help="id of a face detector in the manifests")]
DetectorOrFile = Annotated[str, typer.Option("--detector", help="id of a face detector, or a YuNet or SCRFD file")]
Embedder = Annotated[str, typer.Option(help="id of a face embedder in the manifests")]
MinFace = Annotated[int, typer.Option(help="height of the smallest face looked for, pixels", min=10)]
Size = Annotated[str, typer.Option(help="fit every picture into WxH pixels first, such as 1280x720")]

PlateDetector = Annotated[str, typer.Option("--detector", help="id of a plate detector, or an ONNX file")]
PlateReader = Annotated[str, typer.Option("--reader", help="id of a plate reader, or an ONNX file")]
WatchingDetector = Annotated[
    str | None, typer.Option("--detector", help="id of a street detector, or an ONNX file; default: none")
]
DatabaseUrl = Annotated[
    str | None, typer.Option(help="SQLAlchemy URL of a PostgreSQL server on which databases may be made")
]
CameraFile = Annotated[Path, typer.Option(help="TOML with zones, kinds, fps")]
Weights = Annotated[
    Path | None, typer.Option(help="folder of the peers' networks; default: public-weights near --data")
]


def faces(
    options: BenchOptions, detector: Detector = "mtcnn", embedder: Embedder = "dlib-resnet-v1", min_face: MinFace = 60
) -> Result:
    """Is it the same person? Accuracy, error rates and times on pairs.csv; peers: dlib, or another embedder's id."""
    return verification.run(options, detector=detector, embedder=embedder, min_face_px=min_face)


def face_detection(
    options: BenchOptions, detector: DetectorOrFile = "mtcnn", min_face: MinFace | None = None, size: Size = ""
) -> Result:
    """Recall by height, false detections and time on the faces of labels.jsonl."""
    return detection.run(options, detector=detector, min_face=min_face, size_wh=parse_size(size) if size else None)


def plate_crops(options: BenchOptions, reader: PlateReader = READER, weights: Weights = None) -> Result:
    """Exact texts, characters and time on crops that are one plate each; peers: crnn, lprnet, rapidocr."""
    return plate_reading.run(options, reader=reader, weights=weights)


def plates(
    options: BenchOptions,
    detector: PlateDetector = DETECTOR,
    reader: PlateReader = READER,
    gate: Annotated[float | None, typer.Option(help="confidence that a gate asks for; default: the reader's")] = None,
    weights: Weights = None,
    found: Annotated[Path | None, typer.Option(help="labels of plates that are there, but not in labels.jsonl")] = None,
) -> Result:
    """Texts, recall, false plates and time on whole scenes; peers: crnn (behind YOLOv5-face), rapidocr."""
    return plate_finding.run(options, detector=detector, reader=reader, gate=gate, weights=weights, found=found)


def incidents(
    options: BenchOptions,
    video: Annotated[Path, typer.Option(help="the film")],
    camera: CameraFile,
    truth: Annotated[Path, typer.Option(help="JSON: incidents with kind, start_s, end_s, box")],
    detector: WatchingDetector = None,
) -> Result:
    """Are the incidents of a film found, each once, how soon, and is nothing else told?"""
    return finding_incidents.run(options, video=video, camera=camera, truth=truth, detector=detector)


def line_counts(
    options: BenchOptions,
    video: Annotated[Path, typer.Option(help="the film")],
    camera: CameraFile,
    truth: Annotated[Path, typer.Option(help="JSON: crossings with line, direction, at_s")],
    detector: WatchingDetector = None,
) -> Result:
    """Do the counts over the lines of a film equal those of a person who watched it?"""
    return counting.run(options, video=video, camera=camera, truth=truth, detector=detector)


def false_alarms(
    options: BenchOptions,
    camera: CameraFile,
    video: Annotated[list[Path] | None, typer.Option(help="a film in which nothing happens; may be repeated")] = None,
    pictures: Annotated[
        list[Path] | None, typer.Option(help="folder of pictures in which nothing happens; may be repeated")
    ] = None,
    hold_s: Annotated[float, typer.Option(help="how long each picture is held before a camera of its own")] = 10.0,
    leave_out: Annotated[
        Path | None, typer.Option(help="file of names of pictures, one a line, that do show what a rule looks for")
    ] = None,
    detector: WatchingDetector = None,
) -> Result:
    """Alarms a camera and hour on films and pictures in which nothing happens."""
    left_out = read_names(leave_out) if leave_out else frozenset[str]()
    still = crying_wolf.Still(tuple(video or ()), tuple(pictures or ()), left_out, hold_s)
    return crying_wolf.run(options, still=still, camera=camera, detector=detector)


def street(
    options: BenchOptions,
    detector: Annotated[
        str | None, typer.Option(help="id of a street detector, or an ONNX file; default: street-detector")
    ] = None,
    tile: Annotated[str, typer.Option(help="look at parts of WxH pixels too, such as 640x640")] = "",
) -> Result:
    """Average precision, precision, recall and time on street pictures; peers: other ids or ONNX files."""
    return street_watching.run(options, detector=detector, tile_wh=parse_size(tile, "--tile") if tile else None)


def pipeline(
    options: BenchOptions,
    video: Annotated[Path, typer.Option(help="what the cameras show")],
    cameras: Annotated[int, typer.Option(help="how many", min=1, max=200)] = 20,
    lane: Annotated[str, typer.Option(help="face, plate or street")] = "street",
    seconds: Annotated[float, typer.Option(help="measured, after a warm-up", min=1)] = 60.0,
    fps: Annotated[int, typer.Option(help="frames each camera offers a second", min=1, max=60)] = 5,
) -> Result:
    """Many cameras at once: frames analysed, fairness, glass to event, processor and memory."""
    return running_cameras.run(options, video=video, cameras=cameras, lane=lane, seconds=seconds, fps=fps)


def search(
    options: BenchOptions,
    vectors: Annotated[int, typer.Option(help="how many are enrolled", min=1)] = 1_000_000,
    dim: Annotated[int, typer.Option(help="length of a vector", min=2)] = 128,
) -> Result:
    """A large gallery's index against exact flat search: speed, recall, size; vectors drawn at random."""
    return searching.run(options, vectors=vectors, dim=dim)


def records(
    options: BenchOptions,
    at_once: Annotated[int, typer.Option(help="events of one post", min=1)] = carrying.AT_ONCE,
    posters: Annotated[int, typer.Option(help="threads that post, as the cameras of a worker do", min=1)] = 1,
    database_url: DatabaseUrl = None,
) -> Result:
    """Events a second from who makes them to the commit, with and without Redis; lost and duplicated ones."""
    return carrying.run(options, at_once=at_once, posters=posters, database_url=database_url)


def city(
    options: BenchOptions,
    cameras: Annotated[int, typer.Option(help="of the city's 280,000")] = DISTRICT_CAMERAS,
    hour: Annotated[int, typer.Option(help="of the day at which it begins; the peak is 8")] = 8,
    seconds: Annotated[int, typer.Option(help="how long records are offered")] = 60,
    database_url: DatabaseUrl = None,
) -> Result:
    """A part of the city's cameras by the clock of a day through Redis and the store: in time, whole and once?"""
    return replaying.run(options, share=Share(cameras, hour, seconds), database_url=database_url)


def verify_api(
    options: BenchOptions,
    pictures: Annotated[list[Path] | None, typer.Argument(help="two pictures of one person; default: a sample")] = None,
    enrolments: Annotated[int, typer.Option(help="also state lookups and restart with so many templates", min=0)] = 0,
) -> Result:
    """Verifications through the running API on one core: times, errors, memory."""
    return serving.run(options, pictures=tuple(pictures or ()), enrolments=enrolments)


def calibrate(
    options: BenchOptions,
    detector: Detector = "mtcnn",
    embedder: Embedder = "dlib-resnet-v1",
    save: Annotated[bool, typer.Option(help="give an imported embedder this curve in the user's manifest")] = False,
) -> Result:
    """Measure an embedder's thresholds by false match rate on folds 0 and 1 of pairs.csv; checked on 2 and 3."""
    result = calibration.run(options, detector=detector, embedder=embedder)
    curve = FmrCurve.model_validate({field: result.metrics[field] for field in FmrCurve.model_fields})
    if save:
        set_calibration(options.home, embedder, curve)
    console.print("[model.calibration]", markup=False)
    console.print(tomli_w.dumps(curve.model_dump(mode="json")), markup=False, soft_wrap=True)
    return result


def parse_size(text: str, option: str = "--size") -> tuple[int, int]:
    """Width and height out of `1280x720`.

    Raises:
        ConfigurationError: other words.
    """
    found = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", text)
    if found is None:
        raise ConfigurationError(f"{option}: wanted WIDTHxHEIGHT such as 1280x720, got {text!r}")
    return int(found[1]), int(found[2])


add_benchmark(app, "faces", faces)
add_benchmark(app, "face-detection", face_detection)
add_benchmark(app, "plate-crops", plate_crops)
add_benchmark(app, "plates", plates)
add_benchmark(app, "incidents", incidents)
add_benchmark(app, "line-counts", line_counts)
add_benchmark(app, "false-alarms", false_alarms)
add_benchmark(app, "street", street)
add_benchmark(app, "pipeline", pipeline)
add_benchmark(app, "search", search)
add_benchmark(app, "records", records)
add_benchmark(app, "city", city)
add_benchmark(app, "verify-api", verify_api)
add_benchmark(app, "calibrate", calibrate)
