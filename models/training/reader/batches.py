"""Batches of rendered and real crops, varied anew each time they are drawn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.training.crew import ALONE, Crew
from models.training.plates.shards import Shard, read_shards
from models.training.reader.real import province_prior, rarity
from vision.plate_alphabet import KINDS

_REAL, _RENDERED = 14, 82
"""Crops in a batch, of all processes together."""
_TIGHT_SHARE = 0.45
_DOUBLE = [number + 1 for number, kind in enumerate(KINDS) if kind.endswith("double") or kind == "trailer"]
_TIGHTEST = {0: (1.0, 1.0), KINDS.index("latin") + 1: (0.95, 0.8)} | dict.fromkeys(_DOUBLE, (1.0, 1.0))
"""The least shares of width and height that remain of a plate that is cut along its text, by kind; of others:"""
_TIGHTEST_ELSE = (0.89, 0.68)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step learns from.

    Attributes:
        images: (N, 3, 48, 144) float32 0..1, channels last in memory.
        slots: (N, 10) int64 classes.
        kinds: (N,) int64 classes.
        prior: (N, classes) float32: added to the logits of the provinces while training, so that it is not learnt from
            which of them real crops mostly come; zero for rendered ones, which come evenly.

    Source of the prior's use: Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.
    """

    images: Tensor
    slots: Tensor
    kinds: Tensor
    prior: Tensor

    @property
    def double(self) -> Tensor:
        """(N,) bool: which plates have two lines."""
        return torch.isin(self.kinds, torch.tensor(_DOUBLE))


class Batches:
    """An endless supply.

    Args:
        rendered: folder of shards; those that appear during training are taken up at the next round.
        real: real crops, drawn more often where their first character is rare.
        crew: the processes that share the batch.
    """

    def __init__(self, rendered: Path, real: Shard, seed: int, crew: Crew = ALONE) -> None:
        self._folder = rendered
        self._real_count, self._rendered_count = _REAL // crew.size, _RENDERED // crew.size
        self._shards: dict[str, Shard] = {}
        self._real, self._rarity = real, rarity(real)
        self._prior = torch.from_numpy(province_prior(real, self._rarity)).float()
        self._rng = np.random.default_rng((seed, crew.rank))
        self._order: list[tuple[str, int]] = []

    @property
    def shard_count(self) -> int:
        """Rendered shards so far."""
        return len(self._shards)

    def draw(self) -> Batch:
        """The next one."""
        chosen = self._rng.choice(len(self._real.kinds), self._real_count, p=self._rarity)
        parts = [(self._real.images[chosen], self._real.slots[chosen], self._real.kinds[chosen]), self._rendered()]
        images, slots, kinds = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        strength = np.concatenate([np.full(self._real_count, 1.0), np.full(self._rendered_count, 0.5)])
        priors = torch.zeros(len(images), len(self._prior))
        priors[: self._real_count] = self._prior
        return Batch(
            varied(coarsened(to_tensor(images), strength, self._rng), strength, self._nearer(kinds), self._rng),
            torch.from_numpy(slots).long(),
            torch.from_numpy(kinds).long(),
            priors,
        )

    def _nearer(self, kinds: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(N, 2) shares of width and height that are kept of each crop: many data sets cut plates along their text."""
        tight = self._rng.random(len(kinds)) < _TIGHT_SHARE
        tight[: self._real_count] = False
        least = np.array([_TIGHTEST.get(int(kind), _TIGHTEST_ELSE) for kind in kinds])
        kept = self._rng.uniform(least, 1.0)
        return np.where(tight[:, None], kept, 1.0)

    def _rendered(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        # From one shard at a time for speed, but in short runs, so that every batch series sees many of them.
        count = self._rendered_count
        if not self._order:
            self._shards |= dict(read_shards(self._folder, frozenset(self._shards)))
            runs = [
                (name, int(start))
                for name, shard in self._shards.items()
                for start in range(0, len(shard.kinds) - count + 1, count)
            ]
            self._rng.shuffle(runs)
            self._order = runs
        name, start = self._order.pop()
        shard, part = self._shards[name], slice(start, start + count)
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
