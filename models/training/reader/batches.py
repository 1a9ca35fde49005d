"""Batches of rendered and real crops, varied anew each time they are drawn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.training.plates.shards import Shard, read_shards
from models.training.reader.real import first_character_prior, rarity
from vision.plate_alphabet import KINDS

_REAL, _RENDERED = 13, 83
"""Crops in a batch."""
_TIGHT_SHARE = 0.45
_CUT_TIGHT = [
    number + 1
    for number, kind in enumerate(KINDS)
    if kind not in ("yellow_double", "armed_police_double", "trailer", "agricultural_double", "latin", "latin_double")
]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step learns from.

    Attributes:
        images: (N, 3, 48, 144) float32 0..1, channels last in memory.
        slots: (N, 10) int64 classes.
        kinds: (N,) int64 classes.
        first_prior: (N, classes) float32: added to the logits of the first character while training, so that it is not
            learnt which provinces real crops mostly come from; zero for rendered ones, which come evenly.

    Source of the prior's use: Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.
    """

    images: Tensor
    slots: Tensor
    kinds: Tensor
    first_prior: Tensor


class Batches:
    """An endless supply.

    Args:
        rendered: folder of shards; those that appear during training are taken up at the next round.
        real: real crops, drawn more often where their first character is rare.
    """

    def __init__(self, rendered: Path, real: Shard, seed: int) -> None:
        self._folder = rendered
        self._shards: dict[str, Shard] = {}
        self._real, self._rarity = real, rarity(real)
        self._prior = torch.from_numpy(np.log(first_character_prior(real, self._rarity))).float()
        self._rng = np.random.default_rng(seed)
        self._order: list[tuple[str, int]] = []

    @property
    def shard_count(self) -> int:
        """Rendered shards so far."""
        return len(self._shards)

    def draw(self) -> Batch:
        """The next one."""
        chosen = self._rng.choice(len(self._real.kinds), _REAL, p=self._rarity)
        parts = [(self._real.images[chosen], self._real.slots[chosen], self._real.kinds[chosen]), self._rendered()]
        images, slots, kinds = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        strength = np.concatenate([np.full(_REAL, 1.0), np.full(_RENDERED, 0.5)])
        priors = torch.zeros(len(images), len(self._prior))
        priors[:_REAL] = self._prior
        return Batch(
            varied(coarsened(to_tensor(images), strength, self._rng), strength, self._nearer(kinds), self._rng),
            torch.from_numpy(slots).long(),
            torch.from_numpy(kinds).long(),
            priors,
        )

    def _nearer(self, kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(N, 2) shares of width and height that are kept of each crop: many data sets cut plates along their text."""
        tight = np.isin(kinds, _CUT_TIGHT) & (self._rng.random(len(kinds)) < _TIGHT_SHARE)
        tight[:_REAL] = False
        kept = self._rng.uniform((0.89, 0.68), 1.0, (len(kinds), 2))
        return np.where(tight[:, None], kept, 1.0)

    def _rendered(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        # From one shard at a time for speed, but in short runs, so that every batch series sees many of them.
        if not self._order:
            self._shards |= dict(read_shards(self._folder, frozenset(self._shards)))
            runs = [
                (name, int(start))
                for name, shard in self._shards.items()
                for start in range(0, len(shard.kinds) - _RENDERED + 1, _RENDERED)
            ]
            self._rng.shuffle(runs)
            self._order = runs
        name, start = self._order.pop()
        shard, part = self._shards[name], slice(start, start + _RENDERED)
        return shard.images[part], shard.slots[part], shard.kinds[part]


def to_tensor(images: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float32 0..1, channels last in memory."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255


def coarsened(images: Tensor, strength: NDArray[np.float64], rng: np.random.Generator) -> Tensor:
    """The images, some of them as if the plate had been far away.

    Args:
        images: (N, 3, H, W).
        strength: (N,) each one's chance is half of it.
    """
    chosen = torch.from_numpy(rng.random(len(images)) < strength * 0.5)
    size = [int(rng.integers(20, 44)), int(rng.integers(66, 130))]
    coarse = functional.interpolate(images[chosen], size, mode="area")
    images = images.clone()
    images[chosen] = functional.interpolate(coarse, images.shape[2:], mode="bilinear")
    return images


def varied(
    images: Tensor, strength: NDArray[np.float64], kept: NDArray[np.float64], rng: np.random.Generator
) -> Tensor:
    """The images moved, turned, scaled and lit differently.

    Args:
        images: (N, 3, H, W).
        strength: (N,) how far each may go, 0..1.
        kept: (N, 2) shares of width and height that stay in view.
    """
    count = len(images)
    scale = kept * (1 + rng.normal(0, 0.05, (count, 2)) * strength[:, None])
    shear = rng.normal(0, (0.05, 0.02), (count, 2)) * strength[:, None]
    shift = rng.normal(0, (0.025, 0.06), (count, 2)) * strength[:, None]
    rows = np.stack([scale[:, 0], shear[:, 0], shift[:, 0], shear[:, 1], scale[:, 1], shift[:, 1]], axis=1)
    grid = functional.affine_grid(
        torch.from_numpy(rows.reshape(-1, 2, 3)).float(), list(images.shape), align_corners=False
    )
    moved = functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    gain = _column(np.exp(rng.normal(0, 0.15, (count, 1)) * strength[:, None] + rng.normal(0, 0.06, (count, 3))))
    middle = moved.mean(dim=(2, 3), keepdim=True)
    contrast = _column(np.exp(rng.normal(0, 0.2, (count, 1)) * strength[:, None]))
    lit = ((moved - middle) * contrast + middle) * gain
    return lit.clamp(0, 1).contiguous(memory_format=torch.channels_last)


def _column(values: NDArray[np.float64]) -> Tensor:
    return torch.from_numpy(values).float()[..., None, None]
