"""The detector's network: plates as layout scores and corner offsets on maps of three strides."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from vision.plate_detection import CORNER_UNIT, LAYOUTS, STRIDES

# Channels after the stem, then of the stages at strides 8, 16 and 32.
WIDTHS = (32, 48, 96, 128)
DEPTHS = (2, 3, 3)
NECK = 48
# A cell that starts at this probability is a plate one time in a hundred: the focal loss then starts small.
PRIOR = 0.01


class ConvUnit(nn.Sequential):
    """Convolution, batch norm and ReLU; exported as one convolution.

    Args:
        padding: on each side; half the kernel unless given.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1, padding: int | None = None
    ) -> None:
        around = kernel // 2 if padding is None else padding
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, around, groups=groups, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Separable(nn.Module):
    """A depthwise and a pointwise convolution, added to their input where the shapes agree."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 5, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = ConvUnit(inputs, inputs, kernel, stride, groups=inputs)
        self.pointwise = ConvUnit(inputs, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, maps: Tensor) -> Tensor:
        found: Tensor = self.pointwise(self.depthwise(maps))
        return maps + found if self.residual else found


class Head(nn.Module):
    """Layout logits and corner offsets of one stride."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.trunk = Separable(channels, channels)
        self.scores = nn.Conv2d(channels, len(LAYOUTS), 1)
        self.corners = nn.Conv2d(channels, 8, 1)
        nn.init.constant_(self.scores.bias, math.log(PRIOR / (1 - PRIOR)))

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        trunk = self.trunk(maps)
        return self.scores(trunk), self.corners(trunk)


class PlateNetwork(nn.Module):
    """Pictures (N, 3, H, W) in 0..1, BGR, to (logits, corners) of each stride.

    H and W are multiples of 32. `logits` are (N, 2, h, w), one channel a layout; `corners` (N, 8, h, w): x, y of the
    four corners relative to the cell's centre in units of CORNER_UNIT strides.
    """

    def __init__(self) -> None:
        super().__init__()
        stem, *stages = WIDTHS
        # One step down to a quarter: maps at half the size would take half of all the time, here and in training.
        self.stem = ConvUnit(3, stem, 6, 4, padding=1)
        first = ConvUnit(stem, stages[0], 3, 2)
        self.stages = nn.ModuleList()
        for index, (width, depth) in enumerate(zip(stages, DEPTHS, strict=True)):
            down = first if index == 0 else Separable(stages[index - 1], width, 3, 2)
            self.stages.append(nn.Sequential(down, *(Separable(width, width) for _ in range(depth))))
        self.laterals = nn.ModuleList(ConvUnit(width, NECK, 1) for width in stages)
        self.fusions = nn.ModuleList(Separable(NECK, NECK) for _ in stages)
        self.heads = nn.ModuleList(Head(NECK) for _ in stages)

    def forward(self, pictures: Tensor) -> list[tuple[Tensor, Tensor]]:
        maps = self.stem((pictures - 0.45) * 4.0)
        found: list[Tensor] = []
        for stage in self.stages:
            maps = stage(maps)
            found.append(maps)
        return [head(maps) for head, maps in zip(self.heads, self._fused(found), strict=True)]

    def _fused(self, found: Sequence[Tensor]) -> list[Tensor]:
        """The stages' maps, each with what the coarser ones saw added."""
        fused: list[Tensor] = []
        for index in reversed(range(len(found))):
            maps: Tensor = self.laterals[index](found[index])
            if fused:
                maps = maps + functional.interpolate(fused[0], scale_factor=2.0, mode="nearest")
            fused.insert(0, self.fusions[index](maps))
        return fused


class ExportedNetwork(nn.Module):
    """The network as it is shipped: probabilities instead of logits, corners in pixels of the input."""

    def __init__(self, network: PlateNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> list[Tensor]:
        """scores and corners of stride 8, of 16, of 32."""
        outputs: list[Tensor] = []
        for (logits, corners), stride in zip(self.network(picture), STRIDES, strict=True):
            outputs += [torch.sigmoid(logits), corners * (CORNER_UNIT * stride)]
        return outputs
