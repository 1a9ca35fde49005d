"""The films of the street: what lies in the repository, and what the stage makes of it."""

import json
from datetime import datetime

import av
import numpy as np
import pytest
import supervision as sv

from benchmarks.incident_truth import FilmTruth, judge, read_truth
from benchmarks.street_films import BEGINS_AT, PlayedFilm, film_frames, play_film
from pipelines.stages.street import StreetStage
from pipelines.street_cameras import read_street_camera
from sample_videos.street.camera import DrawnStreet
from sample_videos.street.files import camera_file, clip, truth_file
from sample_videos.street.story import FILM_NAMES, FPS, SECONDS, FilmName, boxes
from sample_videos.street.truth import truth
from vision.types import Image


class DrawingsDetector:
    """Knows the drawing's truth, and nothing of the picture."""

    def __init__(self, film: FilmName) -> None:
        self._film: FilmName = film
        self.film_s = 0.0

    def at(self, moment: datetime) -> None:
        self.film_s = (moment - BEGINS_AT).total_seconds()

    def detect(self, image: Image) -> sv.Detections:
        seen = boxes(self._film, self.film_s)
        if not seen:
            return sv.Detections.empty()
        return sv.Detections(
            xyxy=np.array([box for _, box in seen], np.float32),
            confidence=np.full(len(seen), 0.9, np.float32),
            class_id=np.zeros(len(seen), int),
            data={"class_name": np.array([name for name, _ in seen])},
        )


def played_with_truth(film: FilmName) -> PlayedFilm:
    """The film through a stage whose detector is never wrong."""
    camera, detector = read_street_camera(camera_file(film)), DrawingsDetector(film)
    stage = StreetStage(camera, detector)
    told = []
    for frame in film_frames(clip(film), camera):
        detector.at(frame.captured_at)
        told += stage.process(frame)
    return PlayedFilm(tuple(told), BEGINS_AT, SECONDS, ())


@pytest.mark.parametrize("film", FILM_NAMES)
def test_a_film_is_90_seconds_of_640x360_in_less_than_3_megabytes(film: FilmName) -> None:
    path = clip(film)
    assert path.stat().st_size < 3_000_000
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (640, 360, FPS)
        assert stream.frames == round(SECONDS * FPS) == 450


@pytest.mark.parametrize("film", FILM_NAMES)
def test_the_truth_beside_a_film_is_that_of_its_story(film: FilmName) -> None:
    assert json.loads(truth_file(film).read_text("utf-8")) == json.loads(json.dumps(truth(film)))
    assert len(read_truth(truth_file(film)).incidents) == {"kerb": 4, "square": 3}[film]


def test_a_picture_depends_on_its_time_and_the_seed_alone() -> None:
    assert np.array_equal(DrawnStreet("kerb").frame(28.0), DrawnStreet("kerb").frame(28.0))
    assert not np.array_equal(DrawnStreet("kerb").frame(28.0), DrawnStreet("kerb", seed=1).frame(28.0))


@pytest.mark.parametrize("film", FILM_NAMES)
def test_what_needs_no_learned_class_is_found_once_and_nothing_else_is_told(film: FilmName) -> None:
    wanted = [one for one in read_truth(truth_file(film)).incidents if not one.classes]
    assert len(wanted) == {"kerb": 1, "square": 2}[film]
    verdict = judge(wanted, play_film(clip(film), read_street_camera(camera_file(film))))
    assert (len(verdict.found), verdict.missed, verdict.false) == (len(wanted), (), ())
    for true, alarm in verdict.found:
        assert abs((alarm.started_at - BEGINS_AT).total_seconds() - true.start_s) < 5


@pytest.mark.parametrize("film", FILM_NAMES)
def test_with_a_detector_that_knows_the_drawing_every_incident_is_told_once_and_none_is_false(film: FilmName) -> None:
    wanted: FilmTruth = read_truth(truth_file(film))
    verdict = judge(wanted.incidents, played_with_truth(film))
    assert (len(verdict.found), verdict.missed, verdict.false) == (len(wanted.incidents), (), ())
