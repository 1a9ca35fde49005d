"""Label files, right and wrong."""

import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.labels import pictures_of, read_labels, read_pairs, read_picture
from vision.errors import BadInput, NotAnImage

HEADER = "fold,image_a,image_b,same\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "c.png"):
        cv2.imwrite(str(tmp_path / name), np.full((4, 6, 3), 7, np.uint8))
    return tmp_path


def write_pairs(folder: Path, *lines: str) -> None:
    (folder / "pairs.csv").write_text(HEADER + "".join(f"{line}\n" for line in lines))


def write_labels(folder: Path, *lines: str) -> None:
    (folder / "labels.jsonl").write_text("".join(f"{line}\n" for line in lines))


def test_pairs_come_in_the_order_of_the_file(folder: Path) -> None:
    write_pairs(folder, "0,a.png,b.png,1", "3,a.png,c.png,0")
    first, second = read_pairs(folder)
    assert (first.fold, first.image_a, first.image_b, first.same) == (0, folder / "a.png", folder / "b.png", True)
    assert (second.fold, second.same) == (3, False)


def test_a_picture_of_several_pairs_is_named_once(folder: Path) -> None:
    write_pairs(folder, "0,a.png,b.png,1", "0,a.png,c.png,0")
    assert [path.name for path in pictures_of(read_pairs(folder))] == ["a.png", "b.png", "c.png"]


def test_a_limit_takes_evenly_from_every_fold_and_kind(folder: Path) -> None:
    write_pairs(folder, *(f"{fold},a.png,b.png,{same}" for fold in (0, 1) for same in (1, 0) for _ in range(5)))
    chosen = read_pairs(folder, limit=8)
    assert Counter((pair.fold, pair.same) for pair in chosen) == {
        (0, True): 2,
        (0, False): 2,
        (1, True): 2,
        (1, False): 2,
    }


def test_a_limit_above_the_number_of_pairs_takes_all(folder: Path) -> None:
    write_pairs(folder, "0,a.png,b.png,1", "1,a.png,c.png,0", "1,a.png,c.png,0")
    assert len(read_pairs(folder, limit=9)) == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x,a.png,b.png,1", r"pairs.csv:2: wanted fold"),
        ("0,a.png,b.png,2", r"pairs.csv:2: wanted fold"),
        ("0,a.png,b.png", r"pairs.csv:2: wanted fold"),
        ("0,a.png,b.png,1,more", r"pairs.csv:2: wanted fold"),
        ("0,a.png,gone.png,1", r"pairs.csv:2: wanted a picture at .*gone.png"),
    ],
)
def test_a_wrong_pair_is_named_by_its_line(folder: Path, line: str, message: str) -> None:
    write_pairs(folder, line)
    with pytest.raises(BadInput, match=message):
        read_pairs(folder)


def test_other_columns_are_refused(folder: Path) -> None:
    (folder / "pairs.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="wanted the columns fold,image_a,image_b,same"):
        read_pairs(folder)


def test_no_pairs_and_no_file_are_refused(folder: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_pairs(folder)
    write_pairs(folder)
    with pytest.raises(BadInput, match="at least one pair"):
        read_pairs(folder)


def test_a_picture_may_have_no_face_or_several(folder: Path) -> None:
    write_labels(
        folder,
        json.dumps({"image": "a.png", "faces": []}),
        "",
        json.dumps({"image": "b.png", "faces": [{"box": [1, 2, 3, 4]}, {"box": [0, 0, 5, 5]}], "source": "x"}),
    )
    empty, two = read_labels(folder)
    assert empty.face_boxes.shape == (0, 4)
    assert two.image == folder / "b.png"
    assert two.face_boxes.tolist() == [[1, 2, 3, 4], [0, 0, 5, 5]]
    assert two.face_boxes.dtype == np.float32


def test_a_limit_of_pictures_depends_on_the_seed_only(folder: Path) -> None:
    write_labels(folder, *(json.dumps({"image": name, "faces": []}) for name in ("a.png", "b.png", "c.png")))
    assert len(read_labels(folder, limit=2, seed=1)) == 2
    assert read_labels(folder, limit=2, seed=1) == read_labels(folder, limit=2, seed=1)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"labels.jsonl:1: "),
        ('{"image": "a.png"}', r"labels.jsonl:1: (.|\n)*faces"),
        ('{"image": "a.png", "faces": [{"box": [1, 2, 3]}]}', r"labels.jsonl:1: (.|\n)*box"),
        ('{"image": "gone.png", "faces": []}', r"labels.jsonl:1: wanted a picture at .*gone.png"),
    ],
)
def test_a_wrong_label_is_named_by_its_line(folder: Path, line: str, message: str) -> None:
    write_labels(folder, line)
    with pytest.raises(BadInput, match=message):
        read_labels(folder)


def test_no_labels_are_refused(folder: Path) -> None:
    write_labels(folder)
    with pytest.raises(BadInput, match="at least one picture"):
        read_labels(folder)


def test_a_picture_is_read_as_bgr(folder: Path) -> None:
    cv2.imwrite(str(folder / "blue.png"), np.full((4, 6, 3), (255, 0, 0), np.uint8))
    image = read_picture(folder / "blue.png")
    assert image.shape == (4, 6, 3)
    assert image[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_bytes_that_are_no_picture_are_refused(folder: Path, content: bytes) -> None:
    (folder / "x.jpg").write_bytes(content)
    with pytest.raises(NotAnImage, match=r"x\.jpg"):
        read_picture(folder / "x.jpg")


def test_a_missing_picture_is_refused(folder: Path) -> None:
    with pytest.raises(NotAnImage, match="cannot be read"):
        read_picture(folder / "gone.jpg")
