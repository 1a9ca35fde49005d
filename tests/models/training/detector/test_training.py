from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch")

from models.training.detector.batches import Batches, pictures_of  # noqa: E402
from models.training.detector.export import OUTPUTS, export_network, quantise_network  # noqa: E402
from models.training.detector.files import listed, opened  # noqa: E402
from models.training.detector.losses import loss_of  # noqa: E402
from models.training.detector.network import PlateNetwork  # noqa: E402
from models.training.detector.samples import SceneFolder  # noqa: E402
from models.training.detector.targets import targets_of  # noqa: E402
from models.training.detector.train import Plan, Trainer, shipped_network  # noqa: E402
from models.training.scenes.folder import save_scene  # noqa: E402
from models.training.scenes.panels import SetPlate  # noqa: E402
from models.training.scenes.scene import Scene  # noqa: E402


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> SceneFolder:
    folder = tmp_path_factory.mktemp("scenes")
    for number in range(3):
        image = np.random.default_rng(number).integers(0, 90, (96, 128, 3)).astype(np.uint8)
        corners = np.array([[30, 30], [80, 32], [80, 48], [30, 46]], np.float32) + number
        image[36:44, 36:76] = 255
        save_scene(folder, str(number), Scene(image, (SetPlate(corners, "blue"),), np.empty((0, 4), np.float32)))
    return SceneFolder(folder)


def test_a_perfect_answer_has_no_loss(scenes: SceneFolder) -> None:
    samples = [scenes.whole(0)]
    targets = targets_of(samples)
    outputs = [
        ((target.scores * 2 - 1) * 40, target.corners / (4.0 * stride))
        for target, stride in zip(targets, (8, 16, 32), strict=True)
    ]
    scores, corners = loss_of(outputs, targets)
    assert float(scores) == pytest.approx(0, abs=1e-6)
    assert float(corners) == pytest.approx(0, abs=1e-6)


def test_corners_a_tolerance_away_cost_half_the_share(scenes: SceneFolder) -> None:
    targets = targets_of([scenes.whole(0)])
    outputs = []
    for target, stride in zip(targets, (8, 16, 32), strict=True):
        off = target.corners + (0.04 * target.sizes).clamp(min=1.0)[:, None]
        outputs.append(((target.scores * 2 - 1) * 40, off / (4.0 * stride)))
    # smooth L1 of 1 is 0.5; the share of the corners is 0.35.
    assert float(loss_of(outputs, targets)[1]) == pytest.approx(0.175, abs=1e-4)


def test_pictures_are_0_to_1_with_blue_first(scenes: SceneFolder) -> None:
    pictures = pictures_of([scenes.whole(0)])
    assert tuple(pictures.shape) == (1, 3, 96, 128)
    assert float(pictures.max()) == 1


def test_the_rate_rises_stays_and_falls() -> None:
    plan = Plan(steps=100, decay=20, warmup=10, rate=1.0)
    assert [plan.rate_at(step) for step in (0, 4, 50, 90, 99)] == pytest.approx([0.1, 0.5, 1.0, 0.5, 0.05])


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(scenes: SceneFolder, tmp_path: Path) -> None:
    plan = Plan(steps=2, decay=1, batch=1)
    straight, first = Trainer(plan, 7), Trainer(plan, 7)
    batches = Batches(scenes, 1, 7)
    straight.learn(batches[0])
    straight.learn(batches[1])
    first.learn(batches[0])
    first.save(tmp_path / "run.pt")
    second = Trainer(plan, 8)
    second.load(tmp_path / "run.pt")
    assert second.step == 1
    second.learn(batches[1])
    for one, other in zip(straight.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.onnx calls its own old functions
def test_the_exported_file_takes_any_size_and_has_an_8_bit_twin(scenes: SceneFolder, tmp_path: Path) -> None:
    path, small = tmp_path / "plates.onnx", tmp_path / "plates-int8.onnx"
    torch.manual_seed(0)
    export_network(PlateNetwork().eval(), path)
    quantise_network(path, small, scenes, count=2)
    for file in (path, small):
        session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        outputs = session.run(list(OUTPUTS), {"image": np.zeros((1, 3, 64, 96), np.float32)})
        assert [output.shape for output in outputs[:2]] == [(1, 2, 8, 12), (1, 8, 8, 12)]
        assert outputs[4].shape == (1, 2, 2, 3)
        assert 0 < outputs[0].min() <= outputs[0].max() < 1
        assert len(opened(file, 0.9).detect(np.zeros((48, 64, 3), np.uint8))) == 0
        assert listed(file, {"score": 0.5}).id == file.stem
    assert small.stat().st_size < path.stat().st_size
    assert sorted(file.name for file in tmp_path.iterdir()) == ["plates-int8.onnx", "plates.onnx"]


def test_the_network_to_ship_is_the_averaged_one(scenes: SceneFolder, tmp_path: Path) -> None:
    trainer = Trainer(Plan(steps=1, decay=1, batch=1), 7)
    trainer.run(scenes, tmp_path / "run.pt")
    network = shipped_network(tmp_path / "run.pt")
    averaged = dict(trainer.averaged.module.named_parameters())
    for name, parameter in network.named_parameters():
        assert torch.equal(parameter, averaged[name])
    assert not network.training
