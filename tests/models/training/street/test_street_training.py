from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from benchmarks.detector_file import file_spec  # noqa: E402
from models.training.street.__main__ import app  # noqa: E402
from models.training.street.batches import batch_of, stacked  # noqa: E402
from models.training.street.export import export_network, quantise_network  # noqa: E402
from models.training.street.files import OUTPUTS, listed, opened  # noqa: E402
from models.training.street.listing import Photo, read_set  # noqa: E402
from models.training.street.losses import generalised_overlap, loss_of  # noqa: E402
from models.training.street.network import StreetNetwork  # noqa: E402
from models.training.street.samples import whole  # noqa: E402
from models.training.street.sets import excluded_classes  # noqa: E402
from models.training.street.targets import Truth, assigned, cell_centres, overlap, truth_of  # noqa: E402
from models.training.street.train import Plan, Trainer, shipped_network  # noqa: E402
from tests.models.training.street.photos import write_set  # noqa: E402
from vision.street_classes import STREET_CLASSES, VEHICLES  # noqa: E402

CLASSES = len(STREET_CLASSES)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Photo]:
    return read_set(write_set(tmp_path_factory.mktemp("sets") / "people", "person", [1, 2]))


def boxes(*rows: tuple[float, ...]) -> "torch.Tensor":
    return torch.tensor(rows, dtype=torch.float32)


def test_cells_are_counted_stride_by_stride_and_row_by_row() -> None:
    centres = cell_centres((32, 64))
    # 8 x 4 cells of stride 8, 4 x 2 of 16, 2 x 1 of 32.
    assert len(centres) == 32 + 8 + 2
    assert centres[[0, 1, 8, 32, 41]].tolist() == [[4, 4], [12, 4], [4, 12], [8, 8], [48, 16]]


def test_overlaps_tell_how_far_apart_boxes_are() -> None:
    one = boxes((0, 0, 10, 10))
    # Half of it: 50 / 100, and no hull around; then side by side with a gap of 10: the hull is 300, a third is empty.
    assert overlap(one, boxes((0, 0, 10, 5))).tolist() == pytest.approx([0.5])
    assert generalised_overlap(one, boxes((0, 0, 10, 5))).tolist() == pytest.approx([0.5])
    assert generalised_overlap(one, boxes((20, 0, 30, 10))).tolist() == pytest.approx([-1 / 3])


def test_cells_that_see_an_object_best_are_taught_it() -> None:
    centres = cell_centres((32, 32))
    truth = Truth(boxes((0, 0, 16, 16)), torch.tensor([2]), torch.ones(len(centres), CLASSES))
    said = torch.full((len(centres), CLASSES), 0.1)
    drawn = boxes((20, 20, 30, 30)).repeat(len(centres), 1)
    drawn[0] = torch.tensor([0.0, 0.0, 16.0, 16.0])
    task = assigned(said, drawn, centres, truth)
    # Inside lie four cells of stride 8 and one of stride 16; only the first draws the object.
    assert task.cells.tolist() == [0, 1, 4, 5, 16]
    assert task.weights.tolist() == pytest.approx([1, 0, 0, 0, 0], abs=1e-4)
    assert float(task.scores[0, 2]) == pytest.approx(1)
    assert float(task.scores.sum()) == pytest.approx(1, abs=1e-3)


def test_a_picture_without_objects_teaches_that_there_are_none() -> None:
    centres = cell_centres((32, 32))
    truth = Truth(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.ones(len(centres), CLASSES))
    task = assigned(torch.full((len(centres), CLASSES), 0.5), torch.zeros(len(centres), 4), centres, truth)
    assert float(task.scores.sum()) == 0
    assert len(task.cells) == 0


def test_what_a_set_does_not_label_costs_nothing(photos: list[Photo]) -> None:
    truth = truth_of(whole(photos[0], 64))
    assert [name for name, known in zip(STREET_CLASSES, truth.known[0], strict=True) if known] == [
        "person",
        "fire",
        "smoke",
    ]
    loud = [(torch.full((1, CLASSES, side, side), -20.0), torch.full((1, 4, side, side), 8.0)) for side in (8, 4, 2)]
    silent = float(loss_of(loud, [truth], 64)[0])
    for logits, _ in loud:
        logits[:, STREET_CLASSES.index("car")] = 20.0
    assert float(loss_of(loud, [truth], 64)[0]) == pytest.approx(silent)
    for logits, _ in loud:
        logits[:, STREET_CLASSES.index("fire")] = 20.0
    assert float(loss_of(loud, [truth], 64)[0]) > silent + 1


def test_in_the_middle_of_a_person_there_is_no_litter_though_the_set_knows_none(photos: list[Photo]) -> None:
    truth = truth_of(whole(photos[0], 64))
    centres, corners = cell_centres((64, 64)), truth.boxes[0].view(2, 2)
    quarter = (corners[1] - corners[0]) / 4
    core = ((centres >= corners[0] + quarter) & (centres < corners[1] - quarter)).all(dim=1)
    assert 0 < int(core.sum()) < len(centres)
    for name in ("garbage", "garbage_bin", "overflow", "pothole"):
        assert torch.equal(truth.known[:, STREET_CLASSES.index(name)], core.float())
    assert float(truth.known[:, STREET_CLASSES.index("car")].sum()) == 0


def test_a_bin_is_no_vehicle_and_fire_may_be_anything() -> None:
    assert excluded_classes(STREET_CLASSES.index("garbage_bin")).tolist() == [
        name in VEHICLES for name in STREET_CLASSES
    ]
    assert not excluded_classes(STREET_CLASSES.index("fire")).any()


def test_vague_objects_are_unknown_where_they_lie(photos: list[Photo]) -> None:
    truth = truth_of(whole(photos[0], 8 * 4))
    assert len(truth.boxes) == 1
    small = whole(photos[0], 8)
    # The object lies from (1.7, 2) to (5, 6): over the centre of the only cell, (4, 4).
    assert small.vague_classes.tolist() == [0]
    assert truth_of(small).known.tolist() == [
        [0.0 if name == "person" else float(known) for name, known in zip(STREET_CLASSES, photos[0].known, strict=True)]
    ]


def test_the_same_step_gives_the_same_batch(photos: list[Photo]) -> None:
    one, other = (batch_of(photos, 2, seed=3, step=7) for _ in range(2))
    assert torch.equal(one[0], other[0])
    assert one[0].shape[0] == len(one[1]) == 2
    assert not torch.equal(one[0], batch_of(photos, 2, seed=3, step=8)[0]) or one[0].shape != other[0].shape


def test_learning_one_batch_again_and_again_lowers_its_loss(photos: list[Photo]) -> None:
    trainer = Trainer(Plan(minutes=1, rate=1e-3), seed=1)
    trainer.seconds = 6.0
    trainer.network.train()
    batch = stacked([whole(photo, 96) for photo in photos])
    losses = [sum(trainer.learn(trainer.network, batch)) for _ in range(12)]
    assert min(losses[-3:]) < losses[0] * 0.8


def test_a_stopped_run_goes_on_where_it_was(photos: list[Photo], tmp_path: Path) -> None:
    batch = stacked([whole(photos[0], 64), whole(photos[1], 64)])
    first = Trainer(Plan(minutes=1), seed=1)
    first.learn(first.network, batch)
    first.save(tmp_path / "run.pt")
    second = Trainer(Plan(minutes=1), seed=2)
    second.load(tmp_path / "run.pt")
    assert second.step == 1
    for trainer in (first, second):
        trainer.learn(trainer.network, batch)
    for one, other in zip(first.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_run_begins_with_the_weights_of_another_and_has_all_its_own_minutes(
    photos: list[Photo], tmp_path: Path
) -> None:
    first = Trainer(Plan(minutes=1e-4, batch=1), seed=1)
    first.run(photos, tmp_path / "first.pt")
    second = Trainer(Plan(minutes=1e-4, batch=1), seed=2)
    second.begin(tmp_path / "first.pt")
    for one, other in zip(first.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(one, other)
    second.run(photos, tmp_path / "second.pt")
    assert second.step > first.step


def test_a_run_ends_with_its_minutes_and_leaves_the_averaged_weights(photos: list[Photo], tmp_path: Path) -> None:
    trainer = Trainer(Plan(minutes=1e-4, batch=1), seed=1)
    trainer.run(photos, tmp_path / "run.pt")
    assert trainer.step >= 1
    shipped = dict(shipped_network(tmp_path / "run.pt").named_parameters())
    for name, parameter in trainer.averaged.module.named_parameters():
        assert torch.equal(shipped[name], parameter)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.onnx calls its own old functions
@pytest.mark.filterwarnings("ignore:Constant folding:UserWarning")  # of paddings; onnxruntime folds them
def test_the_exported_file_takes_any_size_and_has_an_8_bit_twin(photos: list[Photo], tmp_path: Path) -> None:
    path, small = tmp_path / "street.onnx", tmp_path / "street-int8.onnx"
    torch.manual_seed(0)
    export_network(StreetNetwork().eval(), path)
    quantise_network(path, small, photos, count=2)
    for file in (path, small):
        session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        outputs = session.run(list(OUTPUTS), {"image": np.zeros((1, 3, 64, 96), np.float32)})
        assert [output.shape for output in outputs[:2]] == [(1, CLASSES, 8, 12), (1, 4, 8, 12)]
        assert outputs[4].shape == (1, CLASSES, 2, 3)
        assert len(opened(file, 0.9).detect(np.zeros((48, 64, 3), np.uint8))) == 0
        assert listed(file, {"score": 0.5}).id == file.stem
        # It tells its classes, so that it can be imported and measured without a map.
        assert file_spec(file, "street-cells").street == listed(file, {}).street
    assert small.stat().st_size < path.stat().st_size


def test_the_sets_of_a_folder_are_split_by_a_command(tmp_path: Path) -> None:
    write_set(tmp_path / "sets" / "people", "person", [1, 1, 2, 3, 4, 5])
    ended = CliRunner().invoke(app, ["split", str(tmp_path / "sets"), str(tmp_path / "parts"), "--share", "0.2"])
    assert ended.exit_code == 0, ended.output
    assert "6 pictures: 4 to learn from, 1 held out" in ended.output
    assert (tmp_path / "parts" / "held-out" / "people" / "labels.jsonl").exists()
