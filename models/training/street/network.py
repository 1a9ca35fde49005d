"""The street detector's network: class scores and four edges on maps of three strides."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.street.heads import CellHead
from models.training.pyramid import Separable, TopDown
from models.training.street.backbone import CHANNELS, Backbone
from vision.street_classes import STREET_CLASSES

STRIDES = CellHead.strides
NECK = 96
# A cell starts at this probability of each class, its edges two strides away: the loss then starts small.
PRIOR = 0.01


class Head(nn.Module):
    """Class logits and the logarithms of the edges' distances, in strides, at one stride."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.class_trunk = nn.Sequential(Separable(channels, channels), Separable(channels, channels))
        self.edge_trunk = nn.Sequential(Separable(channels, channels), Separable(channels, channels))
        self.scores = nn.Conv2d(channels, len(STREET_CLASSES), 1)
        self.distances = nn.Conv2d(channels, 4, 1)
        for last, start in ((self.scores, math.log(PRIOR / (1 - PRIOR))), (self.distances, math.log(2.0))):
            nn.init.normal_(last.weight, std=0.01)
            nn.init.constant_(last.bias, start)

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        return self.scores(self.class_trunk(maps)), self.distances(self.edge_trunk(maps))


class StreetNetwork(TopDown):
    """Pictures (N, 3, H, W) in -1..1, BGR, to (logits, distances) of each stride.

    H and W are multiples of 32. `logits` are (N, classes, h, w); `distances` (N, 4, h, w): from the cell's centre to
    left, top, right, bottom in input pixels, all positive.
    """

    def __init__(self) -> None:
        super().__init__(CHANNELS, NECK)
        self.backbone = Backbone()
        self.steps = nn.ModuleList(Separable(NECK, NECK, 3, 2) for _ in CHANNELS[1:])
        self.unions = nn.ModuleList(Separable(NECK, NECK) for _ in CHANNELS[1:])
        self.heads = nn.ModuleList(Head(NECK) for _ in CHANNELS)

    def forward(self, pictures: Tensor) -> list[tuple[Tensor, Tensor]]:
        outputs: list[tuple[Tensor, Tensor]] = []
        for head, fused, stride in zip(self.heads, self.fused(self.backbone(pictures)), STRIDES, strict=True):
            logits, logarithms = head(fused)
            # Bounded: nothing is farther away than e^4.5 = 90 strides.
            outputs.append((logits, torch.exp(logarithms.clamp(-6.0, 4.5)) * stride))
        return outputs

    def fused(self, found: Sequence[Tensor]) -> list[Tensor]:
        """The backbone's maps, each with what the coarser ones and then the finer ones saw added.

        Source: Liu et al., "Path Aggregation Network for Instance Segmentation", 2018.
        """
        fused = super().fused(found)
        for index, (step, union) in enumerate(zip(self.steps, self.unions, strict=True)):
            fused[index + 1] = union(fused[index + 1] + step(fused[index]))
        return fused


class ExportedNetwork(nn.Module):
    """The network as it is shipped: probabilities instead of logits."""

    def __init__(self, network: StreetNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> list[Tensor]:
        """scores and distances of stride 8, of 16, of 32."""
        outputs: list[Tensor] = []
        for logits, distances in self.network(picture):
            outputs += [torch.sigmoid(logits), distances]
        return outputs
