"""The detector's network: plates as layout scores and corner offsets on maps of three strides."""

import math

import torch
from torch import Tensor, nn

from models.training.pyramid import Pyramid, Separable
from vision.plate_detection import CORNER_UNIT, LAYOUTS, STRIDES

# Channels after the stem, then of the stages at strides 8, 16 and 32.
WIDTHS = (32, 48, 96, 128)
DEPTHS = (2, 3, 3)
NECK = 48
# A cell that starts at this probability is a plate one time in a hundred: the focal loss then starts small.
PRIOR = 0.01


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


class PlateNetwork(Pyramid):
    """Pictures (N, 3, H, W) in 0..1, BGR, to (logits, corners) of each stride.

    H and W are multiples of 32. `logits` are (N, 2, h, w), one channel a layout; `corners` (N, 8, h, w): x, y of the
    four corners relative to the cell's centre in units of CORNER_UNIT strides.
    """

    def __init__(self) -> None:
        super().__init__(WIDTHS, DEPTHS, NECK)
        self.heads = nn.ModuleList(Head(NECK) for _ in DEPTHS)

    def forward(self, pictures: Tensor) -> list[tuple[Tensor, Tensor]]:
        return [head(maps) for head, maps in zip(self.heads, self.seen(pictures), strict=True)]


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
