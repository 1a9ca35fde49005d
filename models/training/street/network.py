"""The street detector's network: class scores and four edges on maps of three strides."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.street.heads import CellHead
from models.training.detector.network import ConvUnit, Separable
from vision.street_classes import STREET_CLASSES

STRIDES = CellHead.strides
# Channels after the stem, then of the stages at strides 8, 16 and 32.
WIDTHS = (32, 80, 160, 256)
DEPTHS = (3, 5, 3)
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


class StreetNetwork(nn.Module):
    """Pictures (N, 3, H, W) in 0..1, BGR, to (logits, distances) of each stride.

    H and W are multiples of 32. `logits` are (N, classes, h, w); `distances` (N, 4, h, w): from the cell's centre to
    left, top, right, bottom in input pixels, all positive.
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
        self.steps = nn.ModuleList(Separable(NECK, NECK, 3, 2) for _ in stages[1:])
        self.unions = nn.ModuleList(Separable(NECK, NECK) for _ in stages[1:])
        self.heads = nn.ModuleList(Head(NECK) for _ in stages)

    def forward(self, pictures: Tensor) -> list[tuple[Tensor, Tensor]]:
        maps = self.stem((pictures - 0.45) * 4.0)
        found: list[Tensor] = []
        for stage in self.stages:
            maps = stage(maps)
            found.append(maps)
        outputs: list[tuple[Tensor, Tensor]] = []
        for head, fused, stride in zip(self.heads, self._fused(found), STRIDES, strict=True):
            logits, logarithms = head(fused)
            # Bounded: nothing is farther away than e^4.5 = 90 strides.
            outputs.append((logits, torch.exp(logarithms.clamp(-6.0, 4.5)) * stride))
        return outputs

    def _fused(self, found: Sequence[Tensor]) -> list[Tensor]:
        """The stages' maps, each with what the coarser ones and then the finer ones saw added.

        Source: Liu et al., "Path Aggregation Network for Instance Segmentation", 2018.
        """
        fused: list[Tensor] = []
        for index in reversed(range(len(found))):
            maps: Tensor = self.laterals[index](found[index])
            if fused:
                maps = maps + functional.interpolate(fused[0], scale_factor=2.0, mode="nearest")
            fused.insert(0, self.fusions[index](maps))
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
