import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from models.street.verifier import SIDE  # noqa: E402
from models.training.street.listing import Photo  # noqa: E402
from models.training.timed import TimePlan  # noqa: E402
from models.training.verifier.__main__ import app  # noqa: E402
from models.training.verifier.export import export_network, quantise_network  # noqa: E402
from models.training.verifier.lessons import lessons_of  # noqa: E402
from models.training.verifier.network import VerifierNetwork  # noqa: E402
from models.training.verifier.proposals import (  # noqa: E402
    Proposed,
    propose,
    read_proposals,
    write_proposals,
)
from models.training.verifier.remarks import read_remarks  # noqa: E402
from models.training.verifier.samples import views_of  # noqa: E402
from models.training.verifier.train import Trainer, shipped_network  # noqa: E402
from tests.models.street.specs import BrightSpots  # noqa: E402
from vision.errors import ConfigurationError  # noqa: E402
from vision.street_classes import STREET_CLASSES  # noqa: E402

PERSON, BICYCLE, CAR, FIRE, BIN = (
    STREET_CLASSES.index(name) for name in ("person", "bicycle", "car", "fire", "garbage_bin")
)


def photo(folder: Path, set_name: str, *labels: tuple[int, tuple[int, int, int, int]]) -> Photo:
    """White objects on black."""
    image = np.zeros((80, 120, 3), np.uint8)
    for _, (left, top, right, bottom) in labels:
        image[top:bottom, left:right] = 255
    path = folder / f"{set_name}.png"
    cv2.imwrite(str(path), image)
    boxes = np.array([box for _, box in labels], np.float32).reshape(-1, 4)
    return Photo(set_name, path, "", boxes, np.array([place for place, _ in labels], np.int64))


@pytest.fixture
def proposed(tmp_path: Path) -> list[Proposed]:
    rng = np.random.default_rng(0)
    labelled = photo(tmp_path, "people", (PERSON, (20, 10, 40, 60)))
    corners = rng.uniform(0, 60, (40, 2)).astype(np.float32)
    boxes = np.hstack([corners, corners + 20])
    boxes[:20] = (20, 10, 40, 60)
    return [Proposed(labelled, boxes, np.full(40, 0.4, np.float32), np.full(40, PERSON))]


def test_a_box_is_what_it_covers_by_half_and_is_told_where_that_lies(tmp_path: Path) -> None:
    labelled = photo(tmp_path, "roadside", (CAR, (20, 10, 60, 50)))
    boxes = np.array([[20, 10, 60, 50], [30, 10, 70, 50], [20, 10, 40, 28], [80, 60, 100, 70]], np.float32)
    scores, known, offsets, placed = lessons_of(labelled, boxes)
    # Overlaps: all, 3/5, 9/40, nothing.
    assert scores[:, CAR].tolist() == [1, 1, 0, 0]
    assert scores[:, PERSON].tolist() == [0, 0, 0, 0]
    assert placed.tolist() == [1, 1, 0, 0]
    assert offsets[1].tolist() == [-0.25, 0, -0.25, 0]
    # The set labels people and says that nothing burns; of bins it tells nothing, but that a car is none.
    assert known[:, PERSON].all()
    assert known[:, FIRE].all()
    assert known[:, BIN].tolist() == [1, 1, 0, 0]


def test_what_covers_an_object_loosely_is_half_taken_for_it(tmp_path: Path) -> None:
    labelled = photo(tmp_path, "roadside", (CAR, (0, 0, 100, 50)))
    scores, *_ = lessons_of(labelled, np.array([[0, 0, 45, 50]], np.float32))
    assert scores[0, CAR] == pytest.approx(0.5)


def test_a_photo_without_labels_teaches_what_is_not_there(tmp_path: Path) -> None:
    scores, known, _, placed = lessons_of(photo(tmp_path, "people"), np.array([[0, 0, 9, 9]], np.float32))
    assert (scores.sum(), placed.sum()) == (0, 0)
    assert known[0, PERSON] == 1


def test_a_remark_tells_which_vehicle_a_box_is_or_that_it_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled = photo(tmp_path, "people", (PERSON, (20, 10, 40, 60)))
    lines = (
        {"image": "people.png", "box": [60, 20, 80, 40], "label": "bicycle"},
        {"image": "people.png", "box": [90, 20, 110, 40], "label": None},
        {"image": "another.png", "box": [0, 0, 20, 20], "label": "car"},
    )
    (tmp_path / "remarks.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    remarks = read_remarks(tmp_path / "remarks.jsonl")
    monkeypatch.setattr("models.training.verifier.lessons._remarks", lambda: remarks)
    boxes = np.array([[60, 20, 80, 40], [92, 20, 112, 40], [0, 0, 20, 20]], np.float32)
    scores, known, *_ = lessons_of(labelled, boxes)
    assert scores[:, BICYCLE].tolist() == [1, 0, 0]
    # The set itself knows of no vehicle whether it is there.
    assert known[:, CAR].tolist() == known[:, BICYCLE].tolist() == [1, 1, 0]


def test_the_remarks_are_vehicles_that_there_are_in_boxes_with_an_extent() -> None:
    remarks = read_remarks()
    assert sum(len(one.boxes) for one in remarks.values()) == 103
    for one in remarks.values():
        assert (one.boxes[:, 2:] > one.boxes[:, :2]).all()
        assert set(one.places) <= {BICYCLE, None}


def test_the_same_step_gives_the_same_views(proposed: list[Proposed]) -> None:
    one, other = (views_of(proposed, 12, seed=3, step=7) for _ in range(2))
    assert torch.equal(one.pictures, other.pictures)
    assert one.pictures.shape == (12, 3, SIDE, SIDE)
    assert (one.said > 0).sum(dim=1).tolist() == [1] * 12
    assert 0 < one.placed.sum() < 12
    assert not torch.equal(one.pictures, views_of(proposed, 12, seed=3, step=8).pictures)


def test_a_mirrored_view_has_its_edges_mirrored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.training.verifier.samples._HIDDEN", 0.0)
    labelled = photo(tmp_path, "people", (PERSON, (20, 10, 40, 60)))
    boxes = np.array([[16, 10, 36, 60]], np.float32)
    batch = views_of([Proposed(labelled, boxes, np.array([0.5], np.float32), np.array([PERSON]))], 64, 1, 1)
    # The object lies to the right by a fifth of the box, mirrored to the left; each box is moved a little by chance.
    sides = torch.sign(batch.offsets[:, [0, 2]].mean(dim=1))
    brighter = torch.sign(
        batch.pictures[..., SIDE // 2 :].mean((1, 2, 3)) - batch.pictures[..., : SIDE // 2].mean((1, 2, 3))
    )
    assert (sides == brighter).float().mean() > 0.9
    assert set(sides.tolist()) == {-1.0, 1.0}


def test_of_half_of_the_views_a_part_is_hidden(proposed: list[Proposed], monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = views_of(proposed, 64, seed=3, step=7).pictures
    monkeypatch.setattr("models.training.verifier.samples._HIDDEN", 0.0)
    whole = views_of(proposed, 64, seed=3, step=7).pictures
    changed = (hidden[:8] != whole[:8]).flatten(1).any(dim=1)
    assert 0 < changed.sum() < 8


def test_learning_one_batch_again_and_again_lowers_its_loss(proposed: list[Proposed]) -> None:
    trainer = Trainer(TimePlan(minutes=1, rate=3e-3), seed=1)
    trainer.seconds = 6.0
    batch = views_of(proposed, 16, seed=1, step=1)
    losses = [sum(trainer.learn(trainer.network.train(), batch)) for _ in range(24)]
    assert min(losses[-3:]) < losses[0] * 0.88


def test_a_run_leaves_weights_that_are_exported_for_any_number_of_views(
    proposed: list[Proposed], tmp_path: Path
) -> None:
    Trainer(TimePlan(minutes=1e-4, batch=8), seed=1).run(proposed, tmp_path / "run.pt")
    network = shipped_network(tmp_path / "run.pt")
    assert isinstance(network, VerifierNetwork)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.onnx calls its own old functions
@pytest.mark.filterwarnings("ignore:Constant folding:UserWarning")  # of paddings; onnxruntime folds them
def test_the_exported_file_has_an_8_bit_twin(proposed: list[Proposed], tmp_path: Path) -> None:
    torch.manual_seed(0)
    export_network(VerifierNetwork().eval(), tmp_path / "verifier.onnx")
    quantise_network(tmp_path / "verifier.onnx", tmp_path / "small.onnx", proposed)
    assert (tmp_path / "small.onnx").stat().st_size < (tmp_path / "verifier.onnx").stat().st_size


def test_proposals_are_of_the_picture_and_of_its_mirror_picture(tmp_path: Path) -> None:
    labelled = photo(tmp_path, "people", (PERSON, (20, 10, 40, 60)))
    (one,) = propose(BrightSpots(), [labelled])
    assert one.boxes.tolist() == [[20, 10, 40, 60]] * 2
    assert one.scores.tolist() == pytest.approx([0.8, 0.8])
    write_proposals([one], tmp_path / "kept.npz")
    (kept,) = read_proposals([labelled], tmp_path / "kept.npz")
    assert kept.boxes.tolist() == one.boxes.tolist()
    assert kept.classes.tolist() == [PERSON, PERSON]
    with pytest.raises(ConfigurationError, match="wanted proposals for 2 photos, got 1"):
        read_proposals([labelled, labelled], tmp_path / "kept.npz")


def test_the_command_tells_its_parts() -> None:
    ended = CliRunner().invoke(app, ["--help"])
    assert ended.exit_code == 0
    assert all(name in ended.output for name in ("propose", "train", "export", "quantise"))
