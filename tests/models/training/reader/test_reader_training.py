"""The reader's network, batches, trainer and export, each on a handful of crops."""

import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from models.training.plates.backgrounds import Backgrounds  # noqa: E402  after the look for torch
from models.training.plates.crops import CropRenderer  # noqa: E402
from models.training.plates.render import PlateRenderer  # noqa: E402
from models.training.plates.shards import Shard, slots_of  # noqa: E402
from models.training.reader.batches import Batches, to_tensor, varied  # noqa: E402
from models.training.reader.export import export, quantise  # noqa: E402
from models.training.reader.network import CHARACTER_CLASSES, KIND_CLASSES, PlateReaderNetwork  # noqa: E402
from models.training.reader.real import HELD_OUT_OF, province_prior, rarity, read_real  # noqa: E402
from models.training.reader.train import Plan, exact, train  # noqa: E402
from vision.errors import ConfigurationError  # noqa: E402


@pytest.fixture
def shard(renderer: PlateRenderer, backgrounds: Backgrounds) -> Shard:
    rng = np.random.default_rng(12)
    crops = CropRenderer(renderer, backgrounds)
    return Shard.of([crops.draw(rng) for _ in range(100)])


def _labelled(folder: Path, plates: list[dict[str, str]]) -> Path:
    lines = []
    for number, plate in enumerate(plates):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((30, 90, 3), 10 * number, np.uint8))
        lines.append(json.dumps({"image": f"{number}.png", "plates": [plate]}))
    (folder / "labels.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_the_network_names_two_rows_of_cells_and_a_kind() -> None:
    characters, kind = PlateReaderNetwork().eval()(torch.rand(2, 3, 48, 144))
    assert characters.shape == (2, 72, CHARACTER_CLASSES)
    assert kind.shape == (2, KIND_CLASSES)


def test_variation_of_no_strength_changes_nothing_but_the_whole_colour() -> None:
    images = torch.rand(2, 3, 48, 144)
    moved = varied(images, np.zeros(2), np.ones((2, 2)), np.random.default_rng(1))
    ratio = moved / images
    for picture in ratio:
        for channel in picture:
            inside = channel[moved[0, 0] < 1]
            assert float(inside.median()) == pytest.approx(1, abs=0.3)


def test_real_crops_are_split_and_rare_provinces_come_more_often(tmp_path: Path) -> None:
    plates = [{"text": "皖A12345", "colour": "blue"}] * (2 * HELD_OUT_OF - 1) + [
        {"text": "京A12345", "colour": "green"}
    ]
    training, held = read_real(_labelled(tmp_path, plates))
    assert (len(training.kinds), len(held.kinds)) == (2 * HELD_OUT_OF - 2, 2)
    # 21 of one province and 1 of the other: the one weighs 1, each of the others 1 / sqrt(21).
    chances = rarity(training)
    assert chances[-1] / chances[0] == pytest.approx(21**0.5)
    # Drawn so, 皖 comes 21 / sqrt(21) = 4.58 times as often as 京.
    prior = province_prior(training, chances)
    assert prior[slots_of("皖")[0]] - prior[slots_of("京")[0]] == pytest.approx(np.log(21) / 2)
    # Of the others each counts half as much as 京; what is no province is left alone.
    assert prior[slots_of("京")[0]] - prior[slots_of("苏")[0]] == pytest.approx(np.log(2))
    assert prior[:37].tolist() == [0] * 37


def test_a_real_crop_of_unknown_colour_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted one plate, blue, yellow or green"):
        read_real(_labelled(tmp_path, [{"text": "皖A12345", "colour": "pink"}]))


def test_a_batch_mixes_real_and_rendered(shard: Shard, tmp_path: Path) -> None:
    shard.save(tmp_path / "crops-0000.npz")
    batches = Batches(tmp_path, shard, seed=1)
    batch = batches.draw()
    assert batch.images.shape == (96, 3, 48, 144)
    assert batch.slots.shape == (96, 10)
    assert batch.kinds.shape == (96,)
    assert batches.shard_count == 1
    assert 0 <= float(batch.images.min()) <= float(batch.images.max()) <= 1
    # 14 real ones come first, and only their provinces have a prior.
    assert (batch.prior[:14, slots_of("京")[0]] != 0).all()
    assert (batch.prior[14:] == 0).all()


def test_training_lowers_the_error_and_leaves_weights(shard: Shard, tmp_path: Path) -> None:
    shard.save(tmp_path / "crops-0000.npz")
    weights = tmp_path / "reader.pt"
    plan = Plan(minutes=0.05, peak_rate=1e-3, report_s=1)
    trained = train(Batches(tmp_path, shard, seed=1), {"same": shard}, plan, weights, seed=1)
    assert weights.exists()
    assert 0 <= exact(trained, shard) <= 1


# The exporter that is to come needs one more package and yields the same operators.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_exported_network_computes_the_same_and_its_int_8_variant_nearly(shard: Shard, tmp_path: Path) -> None:
    torch.manual_seed(3)
    network = PlateReaderNetwork().eval()
    export(network, tmp_path / "reader.onnx")
    quantise(tmp_path / "reader.onnx", tmp_path / "reader-int8.onnx", shard.images)
    image = to_tensor(shard.images[:1])
    with torch.inference_mode():
        wanted = network(image)[0].softmax(2).numpy()
    for name, tolerance in (("reader.onnx", 1e-3), ("reader-int8.onnx", 0.05)):
        session = ort.InferenceSession(str(tmp_path / name), providers=["CPUExecutionProvider"])
        (got,) = session.run(["characters"], {"image": np.ascontiguousarray(image.numpy())})
        assert np.abs(got - wanted).max() < tolerance
