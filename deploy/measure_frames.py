"""CPU time that a frame takes in decoding and in each lane, on the drawn films: python deploy/measure_frames.py.

One thread. CPU time and not wall time: it moves less with what else the machine does.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import av
import cv2

from benchmarks.street_films import film_frames
from models.catalogue import Catalogue
from models.faces.open import open_face_lane
from models.plates.open import open_plate_lane
from models.street.open import open_street_model
from pipelines.settings import Settings
from pipelines.stages.street import StreetStage
from pipelines.street_cameras import read_street_camera
from sample_videos.street.files import camera_file
from vision.types import Image

Seen = TypeVar("Seen")
FILMS = Path(__file__).parents[1] / "sample_videos"


def pictures(film: Path, every: int = 1) -> Iterator[Image]:
    """The film's frames as BGR, decoded by one thread; of all that are decoded each `every`-th is given."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for number, frame in enumerate(container.decode(stream)):
            if number % every == 0:
                yield frame.to_ndarray(format="bgr24")


def cpu_ms(frames: Iterable[Seen], act: Callable[[Seen], object]) -> str:
    """Mean milliseconds of CPU for each, the first left out."""
    count, begun_s = -1, 0.0
    for frame in frames:
        act(frame)
        count += 1
        begun_s = begun_s if count else time.process_time()
    return f"{(time.process_time() - begun_s) / count * 1e3:6.2f} ms CPU a frame ({count} frames)"


def main() -> None:
    """Measure and tell."""
    cv2.setNumThreads(1)
    settings = Settings.read()
    catalogue = Catalogue(settings.home, settings.provider, threads=1)
    plates = open_plate_lane(catalogue, detector_id="plate-detector", reader_id="plate-reader-int8")
    faces = open_face_lane(catalogue, detector_id=settings.face_detector, embedder_ids=[settings.face_embedder])
    camera = read_street_camera(camera_file("kerb"))
    detector = open_street_model(catalogue, settings.street_detector or "street-detector-int8")
    street = StreetStage(camera)
    watched, still = StreetStage(camera, detector), StreetStage(camera, detector)
    gate = list(pictures(FILMS / "parking_entry.mp4", every=24))
    kerb = list(film_frames(FILMS / "street_kerb.mp4", camera))
    # As the motion gate marks them where nothing has moved since the first: the detector is asked now and then.
    resting = [replace(frame, moved_at=kerb[0].captured_at) for frame in kerb]
    told = {
        "decode 1280x720": cpu_ms(pictures(FILMS / "parking_entry.mp4"), lambda _frame: None),
        "decode 640x360": cpu_ms(pictures(FILMS / "street_kerb.mp4"), lambda _frame: None),
        "street rules 640x360": cpu_ms(kerb, street.process),
        "street detector 640x360": cpu_ms(kerb, lambda frame: detector.detect(frame.image)),
        "street lane, both": cpu_ms(kerb, watched.process),
        "street lane, nothing moves": cpu_ms(resting, still.process),
        "plates 1280x720": cpu_ms(gate, plates.find),
        "faces 1280x720, none there": cpu_ms(gate, faces.observe),
    }
    sys.stdout.writelines(f"{what:<28}{figure}\n" for what, figure in told.items())


if __name__ == "__main__":
    main()
