"""What a camera shows when it does not show its scene."""

import cv2
import numpy as np
import pytest

from tests.vision.street_pictures import HEIGHT, WIDTH, at, street, taken, with_walker
from vision.camera_health import Fault, HealthMonitor
from vision.types import Image

FPS = 2
WELL = [street()] * 10


def faults(pictures: list[Image], *, noisy: bool = True) -> list[Fault | None]:
    monitor = HealthMonitor()
    shown = [taken(picture, number) if noisy else picture for number, picture in enumerate(pictures)]
    return [monitor.update(picture, at(number / FPS)).fault for number, picture in enumerate(shown)]


def _covered() -> Image:
    """A cloth before the lens: a soft gradient."""
    shade = np.linspace(60, 80, WIDTH)[None, :, None]
    return np.broadcast_to(shade, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def _moved() -> Image:
    return np.ascontiguousarray(np.roll(street(), (13, 29), axis=(0, 1)))


def _blurred() -> Image:
    return np.asarray(cv2.GaussianBlur(street(), (0, 0), 5), np.uint8)


@pytest.mark.parametrize(
    ("picture", "fault"),
    [
        (np.zeros((HEIGHT, WIDTH, 3), np.uint8), "black"),
        (np.full((HEIGHT, WIDTH, 3), 255, np.uint8), "glare"),
        (_covered(), "blocked"),
        (_blurred(), "defocused"),
        (_moved(), "moved"),
    ],
)
def test_each_fault_is_told_from_its_first_frame_to_its_last(picture: Image, fault: Fault) -> None:
    assert faults(WELL + [picture] * 5 + WELL) == [None] * 10 + [fault] * 5 + [None] * 10


def test_a_camera_that_shows_its_scene_is_well() -> None:
    assert faults(WELL * 4) == [None] * 40


def test_equal_pictures_are_frozen_and_sensor_noise_is_not() -> None:
    assert faults([street()] * 3, noisy=False) == [None, "frozen", "frozen"]


def test_someone_near_who_brings_edges_and_hides_few_is_no_fault() -> None:
    crowd = street()
    for x in range(0, 300, 40):
        crowd = with_walker(crowd, x)
    assert faults(WELL + [crowd] * 5) == [None] * 15


def test_dusk_within_minutes_is_learned_and_a_dimmer_picture_is_no_fault() -> None:
    assert faults(WELL + [street(1 - 0.005 * step) for step in range(100)]) == [None] * 110


def test_a_fault_does_not_become_the_reference() -> None:
    assert faults(WELL + [_moved()] * 200)[-1] == "moved"


def test_a_picture_of_another_shape_begins_anew() -> None:
    assert faults([*WELL, np.ascontiguousarray(_moved()[:, :200])])[-1] is None
