"""Things that somebody left: found once, not while the owner is near, gone when taken away."""

import numpy as np
import pytest

from tests.vision.street_pictures import BAG, at, street, taken, with_bag, with_walker
from vision.background import BackgroundModel
from vision.incidents import iou
from vision.standing_things import Thing, ThingFinder
from vision.types import FloatArray, Image

FPS = 3
NOBODY: FloatArray = np.zeros((0, 4), np.float32)


def played(pictures: list[Image], people: FloatArray = NOBODY) -> list[list[tuple[int, str, bool]]]:
    """Of each frame the things: number, state, and whether it was left."""
    return [[(one.number, one.state, one.left_at is not None) for one in things] for things in found(pictures, people)]


def found(pictures: list[Image], people: FloatArray = NOBODY) -> list[tuple[Thing, ...]]:
    model = BackgroundModel()
    finder = ThingFinder(model)
    told = []
    for number, picture in enumerate(pictures):
        seen = model.update(taken(picture, number), at(number / FPS))
        told.append(() if seen is None else finder.update(seen, people, at(number / FPS)))
    return told


EMPTY = [street()] * 20
LEFT = [with_bag(street())] * 30


def test_an_empty_street_holds_nothing() -> None:
    assert not any(played(EMPTY * 3))


def test_a_bag_that_nobody_holds_is_one_thing_at_its_place_and_time() -> None:
    things = found(EMPTY + LEFT)[-1]
    assert [(one.number, one.state) for one in things] == [(1, "seen")]
    assert iou(things[0].xyxy, np.array(BAG, np.float32)) > 0.8
    # put down in frame 20, 6.67 s; the fast model follows within a second
    assert 6.0 <= (things[0].since - at(0)).total_seconds() <= 8.5


def test_while_the_owner_walks_about_near_it_it_is_not_left() -> None:
    about = [with_walker(with_bag(street()), 178 + 3 * (step % 4)) for step in range(40)]
    away = [with_walker(with_bag(street()), 186 + 8 * step) for step in range(14)]
    # The walker's own still middle may be taken for a thing meanwhile, and is forgotten before it is told.
    told = played(EMPTY + about + away + LEFT)
    assert not any(left for things in told[: len(EMPTY + about)] for _, _, left in things)
    assert [one[1:] for one in told[-1]] == [("seen", True)]


def test_passers_by_do_not_take_it_back() -> None:
    past = [with_walker(with_bag(street()), 6 * step) for step in range(50)]
    told = played(EMPTY + LEFT + past + LEFT)
    assert {number for things in told for number, _, _ in things} == {1}
    assert "hidden" in [state for things in told for _, state, _ in things]
    assert told[-1] == [(1, "seen", True)]


def test_a_bag_that_is_taken_away_is_told_gone_once() -> None:
    told = played(EMPTY + LEFT + EMPTY)
    assert [state for things in told for _, state, _ in things].count("gone") == 1
    assert told[-1] == []


def test_a_bag_that_lay_there_from_the_beginning_leaves_no_thing_behind() -> None:
    assert not any(played(LEFT + EMPTY * 2))


@pytest.mark.parametrize("light", [0.6, 1.4])
def test_a_shadow_or_a_light_on_the_paving_is_no_thing(light: float) -> None:
    lit = street()
    lit[100:160, 100:220] = street(light)[100:160, 100:220]
    assert not any(played(EMPTY + [lit] * 30))


def test_who_stands_there_and_is_known_as_a_person_is_no_thing() -> None:
    waiting = [with_walker(street(), 150)] * 30
    assert any(played(EMPTY + waiting))
    assert not any(played(EMPTY + waiting, np.array([[148, 64, 172, 142]], np.float32)))
