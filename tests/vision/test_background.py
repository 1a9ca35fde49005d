"""The empty street, what moves before it and what came to stand."""

import numpy as np
import pytest

from tests.vision.street_pictures import BAG, HEIGHT, WIDTH, at, street, taken, with_bag, with_walker
from vision.background import BackgroundModel, Foreground
from vision.types import Image

FPS = 3


def played(pictures: list[Image], model: BackgroundModel | None = None) -> list[Foreground | None]:
    model = model or BackgroundModel()
    return [model.update(taken(picture, number), at(number / FPS)) for number, picture in enumerate(pictures)]


def last(pictures: list[Image]) -> Foreground:
    seen = played(pictures)[-1]
    assert seen is not None
    return seen


def test_the_first_seconds_are_learned() -> None:
    seen = played([street()] * 18)
    assert [one is None for one in seen].count(True) == 16  # 0 to 5 s, both included


def test_an_empty_street_stays_empty() -> None:
    seen = last([street()] * 60)
    assert not seen.moving.any()
    assert not seen.standing.any()
    assert float(np.abs(seen.empty.astype(float) - street()).mean()) < 2.0


def test_a_bag_stands_after_its_time_and_is_never_learned() -> None:
    x0, y0, x1, y1 = BAG
    for seconds in (5, 120):
        seen = last([street()] * 20 + [with_bag(street())] * (FPS * seconds))
        assert (seen.standing[y0:y1, x0:x1] > 0).mean() > 0.9
        outside = seen.standing.copy()
        outside[y0 - 3 : y1 + 3, x0 - 3 : x1 + 3] = 0
        assert not outside.any()


def test_a_walker_moves_and_does_not_stand() -> None:
    seen = last([street()] * 20 + [with_walker(street(), 6 * step) for step in range(30)])
    assert (seen.moving[90:130, 176:192] > 0).mean() > 0.9
    assert not seen.standing.any()


@pytest.mark.parametrize("light", [0.85, 1.15])
def test_a_cloud_brings_no_foreground(light: float) -> None:
    seen = last([street()] * 20 + [street(light)] * 5)
    assert (seen.moving | seen.standing).mean() / 255 < 0.01


def test_what_is_absorbed_belongs_to_the_street() -> None:
    model = BackgroundModel()
    pictures = [street()] * 20 + [with_bag(street())] * 15
    seen = played(pictures, model)[-1]
    assert seen is not None
    model.absorb(seen.standing)
    after = model.update(taken(with_bag(street()), 99), at(len(pictures) / FPS))
    assert after is not None
    assert not after.standing.any()


def test_the_working_size_is_that_of_the_limits_and_the_scale_leads_back() -> None:
    large = np.ascontiguousarray(np.repeat(np.repeat(street(), 4, axis=0), 4, axis=1))
    seen = last([large] * 20)
    assert seen.standing.shape == (HEIGHT, WIDTH)
    assert seen.scale.tolist() == [4.0, 4.0]


def test_a_picture_of_another_shape_begins_anew() -> None:
    assert played([street()] * 20 + [np.ascontiguousarray(street()[:, :160])])[-1] is None


def test_a_frame_that_falls_back_in_time_does_no_harm() -> None:
    model = BackgroundModel()
    played([street()] * 20, model)
    seen = model.update(taken(street(), 5), at(0))
    assert seen is not None
    assert not seen.standing.any()
