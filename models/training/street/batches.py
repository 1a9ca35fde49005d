"""Batches by the number of their step: the same seed and step give the same batch, in whatever process."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from models.training.street.listing import Photo
from models.training.street.samples import Sample, draw
from models.training.street.targets import Truth, truth_of

# About the detector's own canvas, 384 x 384: smaller ones teach more pictures in the same time.
SIDES = (320, 352, 384, 416, 416)

Batch = tuple[Tensor, list[Truth]]


def batch_of(photos: Sequence[Photo], pictures: int, seed: int, step: int, *, plain: bool = False) -> Batch:
    """The pictures of a step, (N, 3, side, side) in -1..1, blue first, and their objects; `plain` as in `draw`."""
    rng = np.random.default_rng((seed, step))
    side = int(rng.choice(SIDES))
    return stacked([draw(rng, photos, side, plain) for _ in range(pictures)])


def stacked(samples: Sequence[Sample]) -> Batch:
    """Samples of one size as a batch."""
    pictures = torch.from_numpy(np.stack([sample.picture for sample in samples]))
    # A permuted view of (N, H, W, 3) is channels last already, which is how convolutions on a CPU are fast.
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1, [truth_of(sample) for sample in samples]
