"""The backbone begins as the network whose weights it is given."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from models.training.learner import VERSED_SHARE  # noqa: E402 - torch first
from models.training.street.backbone import CHANNELS, Backbone  # noqa: E402
from models.training.street.train import Plan, Trainer  # noqa: E402
from vision.errors import ConfigurationError  # noqa: E402


def weights() -> dict[str, torch.Tensor]:
    """Random ones of EfficientNet-Lite0, named as its package names them; blocks are counted through."""
    torch.manual_seed(0)
    made: dict[str, torch.Tensor] = {}
    backbone = Backbone()
    convolutions = [("_conv_stem", "_bn0", backbone.stem)]
    blocks = [block for stage in backbone.stages for block in stage]
    for number, block in enumerate(blocks):
        for norm, part in enumerate(("expand", "depthwise", "project")):
            if not isinstance(getattr(block, part), torch.nn.Identity):
                place = f"_blocks.{number}."
                convolutions.append((f"{place}_{part}_conv", f"{place}_bn{norm}", getattr(block, part)))
    for conv, norm, module in convolutions:
        shape = next(one for one in module if isinstance(one, torch.nn.Conv2d)).weight.shape
        made[f"{conv}.weight"] = torch.randn(shape)
        for name in ("running_mean", "bias"):
            made[f"{norm}.{name}"] = torch.randn(shape[0])
        for name in ("running_var", "weight"):
            made[f"{norm}.{name}"] = torch.rand(shape[0]) + 0.5
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.save(weights(), tmp_path / "lite0.pth")
    return tmp_path / "lite0.pth"


def test_the_maps_have_strides_8_16_and_32() -> None:
    maps = Backbone()(torch.zeros(1, 3, 64, 96))
    assert [tuple(one.shape) for one in maps] == [
        (1, CHANNELS[0], 8, 12),
        (1, CHANNELS[1], 4, 6),
        (1, CHANNELS[2], 2, 3),
    ]


def test_the_stem_is_the_packages_convolution_and_normalisation_of_the_picture_red_first(file: Path) -> None:
    backbone = Backbone()
    backbone.load_imagenet(file)
    given = weights()
    picture = torch.rand(1, 3, 8, 8)
    red_first = picture.flip(1) * 2 - 1
    # TensorFlow pads an even size by one row below and one column to the right.
    padded = torch.nn.functional.pad(red_first, (0, 1, 0, 1))
    seen = torch.nn.functional.conv2d(padded, given["_conv_stem.weight"], stride=2)
    normed = torch.nn.functional.batch_norm(
        seen, *(given[f"_bn0.{name}"] for name in ("running_mean", "running_var", "weight", "bias")), eps=1e-3
    )
    torch.testing.assert_close(backbone.stem(picture * 2 - 1), normed.clamp(0, 6), atol=1e-4, rtol=1e-4)


def test_another_networks_weights_are_refused(tmp_path: Path) -> None:
    torch.save({"_conv_stem.weight": torch.zeros(1, 3, 3, 3)}, tmp_path / "other.pth")
    with pytest.raises(ConfigurationError, match="EfficientNet-Lite0"):
        Backbone().load_imagenet(tmp_path / "other.pth")


def test_what_has_learnt_before_follows_slowly_and_its_first_stages_not_at_all(file: Path) -> None:
    trainer = Trainer(Plan(minutes=1), imagenet=file)
    shares = [group["share"] for group in trainer._optimiser.param_groups]
    assert shares == [1.0, VERSED_SHARE]
    learning = sum(len(group["params"]) for group in trainer._optimiser.param_groups)
    frozen = [one for one in trainer.network.parameters() if not one.requires_grad]
    # The stem, one block of two convolutions and four of three, each a kernel and a bias: 2 x (1 + 2 + 12).
    assert len(frozen) == 30
    assert learning + len(frozen) == len(list(trainer.network.parameters()))
