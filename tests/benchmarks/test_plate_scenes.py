"""Scenes scored by hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.options import silently
from benchmarks.plate_labels import LabelledPlate, PlatePicture
from benchmarks.plate_lanes import FoundPlate, Look
from benchmarks.plate_scenes import SceneRun, look_in_turn, scene_metrics, score_scene
from vision.types import Image

BOX = (0.0, 0.0, 40.0, 10.0)


def labelled(*plates: tuple[str | None, tuple[float, float, float, float] | None], kind: str | None = None):
    found = tuple(LabelledPlate(text=text, box=box) for text, box in plates)
    return PlatePicture(image=Path("a.png"), plates=found, kind=kind)


def plate(text: str, box: tuple[float, ...] = BOX, *, accepted: bool = True, kind: str | None = None) -> FoundPlate:
    return FoundPlate(np.array(box, np.float32), text, accepted, 0.9, kind)


def look(*plates: FoundPlate, seconds: float = 0.01) -> Look:
    return Look(plates, seconds, seconds / 2, tuple(0.001 for _ in plates))


class FakeLane:
    """Says the same about every picture and counts how often it is asked."""

    finds_plates = True

    def __init__(self, *plates: FoundPlate) -> None:
        self.plates = plates
        self.asked: list[str] = []

    def look(self, picture: Path, image: Image) -> Look:
        assert image.shape == (4, 6, 3)
        self.asked.append(picture.name)
        return look(*self.plates)


def test_any_reading_of_the_picture_counts_for_a_labelled_text() -> None:
    picture = labelled(("AB12", BOX), ("CD34", (100.0, 0.0, 140.0, 10.0)))
    score = score_scene(picture, look(plate("CD34", (500, 0, 540, 10)), plate("AB1Z", accepted=False)))
    assert [(pair.wanted, pair.got) for pair in score.pairs] == [("AB12", "AB1Z"), ("CD34", "CD34")]
    # The gate would act on one reading only, and it is the nearest of one for both.
    assert [pair.got for pair in score.accepted] == ["CD34", "CD34"]


def test_one_found_plate_covers_one_labelled_box_only() -> None:
    # 40 x 10 against 40 x 10 two pixels lower: 320 / 480 = 0.67 with the second, 1 with the first.
    picture = labelled((None, BOX), (None, (0.0, 2.0, 40.0, 12.0)))
    assert score_scene(picture, look(plate("AB12"))).found.tolist() == [True, False]
    assert score_scene(picture, look(plate("AB12"), plate("", accepted=False))).found.tolist() == [True, True]


def test_half_a_plate_is_not_found() -> None:
    # 19 x 10 inside 40 x 10: 190 / 400 = 0.475
    assert score_scene(labelled((None, BOX)), look(plate("AB", (0, 0, 19, 10)))).found.tolist() == [False]


def test_an_accepted_plate_apart_from_all_labels_is_false() -> None:
    away, touching = plate("XX99", (100, 0, 140, 10)), plate("AB12", (35, 0, 75, 10))
    # 5 x 10 in common of 75 x 10: 50 / 750 = 0.067 is below a tenth
    score = score_scene(labelled(("AB12", BOX)), look(plate("AB12"), away, touching))
    assert score.false == (away, touching)


def test_a_plate_at_a_tenth_of_a_label_or_not_accepted_is_not_false() -> None:
    # 8 x 10 in common of 72 x 10: 80 / 720 = 0.111
    near = plate("AB12", (32, 0, 72, 10))
    score = score_scene(labelled(("AB12", BOX)), look(near, plate("XX", (200, 0, 240, 10), accepted=False)))
    assert score.false == ()


def test_where_labels_do_not_place_the_plates_no_false_one_can_be_told() -> None:
    score = score_scene(labelled(("AB12", None)), look(plate("AB12")))
    assert score.false is None
    assert score.found.shape == (0,)
    assert scene_metrics(SceneRun(True, [score]))["false_plates_per_image"] is None


def test_every_accepted_plate_of_a_set_without_plates_is_false() -> None:
    score = score_scene(PlatePicture(image=Path("a.png")), look(plate("AB12"), plate("CD34", accepted=False)))
    empty = score_scene(PlatePicture(image=Path("b.png")), look())
    metrics = scene_metrics(SceneRun(True, [score, empty]))
    assert metrics["false_plates_per_image"] == 0.5
    assert metrics["false_plates"] == 1
    assert (metrics["exact"], metrics["recall_iou50"]) == (None, None)


def test_the_kind_is_that_of_the_plate_with_the_nearest_text() -> None:
    picture = labelled(("粤ZR066港", None), ("SN6497", None), kind="hk_macau")
    found = look(plate("SN6497", kind="latin"), plate("粤ZR066澳", kind="hk_macau"), plate("", kind="blue"))
    assert score_scene(picture, found).kind == ("hk_macau", "hk_macau")
    assert score_scene(picture, look()).kind == ("hk_macau", None)
    scores = [score_scene(picture, found), score_scene(picture, look())]
    assert scene_metrics(SceneRun(True, scores))["kind_accuracy"] == 0.5


def test_a_lane_that_knows_no_kinds_has_no_accuracy_of_them() -> None:
    score = score_scene(labelled(("AB12", None), kind="blue"), look(plate("AB12")))
    assert "kind_accuracy" not in scene_metrics(SceneRun(True, [score]))


def test_the_metrics_of_two_scenes() -> None:
    first = score_scene(labelled(("ABO1", BOX)), look(plate("AB01"), seconds=0.010))
    second = score_scene(labelled(("CD34", BOX)), look(plate("CD34", accepted=False), seconds=0.030))
    metrics = scene_metrics(SceneRun(True, [first, second]))
    assert (metrics["exact"], metrics["exact_merged"], metrics["exact_accepted"]) == (0.5, 1.0, 0.0)
    assert metrics["recall_iou50"] == 1.0
    assert metrics["false_plates_per_image"] == 0.0
    assert metrics["ms_p50"] == pytest.approx(20.0)
    assert metrics["detect_ms_p50"] == pytest.approx(10.0)
    assert metrics["read_ms_p50"] == pytest.approx(1.0)


def test_a_lane_that_finds_no_plates_is_judged_by_its_texts_only() -> None:
    score = score_scene(labelled(("AB12", BOX)), look(plate("AB12", accepted=False)))
    metrics = scene_metrics(SceneRun(False, [score]))
    assert metrics["exact"] == 1.0
    assert metrics["exact_accepted"] is None
    assert "recall_iou50" not in metrics


def test_lanes_take_turns_after_warm_ups_on_the_first_picture(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), np.full((4, 6, 3), 7, np.uint8))
    pictures = [PlatePicture(image=tmp_path / name) for name in ("a.png", "b.png")]
    ours, peer = FakeLane(plate("AB12")), FakeLane()
    runs = look_in_turn({"ours": ours, "peer": peer}, pictures, silently)
    assert {name: len(run.scores) for name, run in runs.items()} == {"ours": 2, "peer": 2}
    assert ours.asked == peer.asked == ["a.png"] * 4 + ["b.png"]
    assert [len(score.look.plates) for score in runs["ours"].scores] == [1, 1]
