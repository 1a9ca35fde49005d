"""Batches by the number of their step: the same seed and step give the same batch, in whatever process."""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from models.training.detector.samples import Sample, SceneFolder, tiled
from models.training.detector.targets import Target, is_clear, targets_of

# Sides of the training pictures: plates may fill the larger ones.
_SIDES = (320, 320, 352, 384, 416, 512)
_SIDE_OF_BATCH = 416
# So many pictures are four small ones.
_TILED = 0.5

Batch = tuple[Tensor, list[Target]]


class Batches(Dataset[Batch]):
    """Batches of one seed.

    Args:
        scenes: that the pictures are parts of.
        pictures: of side 416 in a batch; of larger ones fewer, of smaller ones more.
        seed: of the run.
    """

    def __init__(self, scenes: SceneFolder, pictures: int, seed: int) -> None:
        self._scenes = scenes
        self._pictures = pictures
        self._seed = seed

    def __getitem__(self, step: int) -> Batch:
        """The pictures of a step and their targets at each stride."""
        rng = np.random.default_rng((self._seed, step))
        side = int(rng.choice(_SIDES))
        count = max(2, round(self._pictures * (_SIDE_OF_BATCH / side) ** 2))
        samples = [_sample(rng, self._scenes, side) for _ in range(count)]
        return pictures_of(samples), targets_of(samples)


def pictures_of(samples: list[Sample]) -> Tensor:
    """The samples' pictures as the network wants them: (N, 3, side, side) in 0..1, blue first."""
    stacked = torch.from_numpy(np.stack([sample.picture for sample in samples]))
    # A permuted view of (N, H, W, 3) is channels last already, which is how convolutions on a CPU are fast.
    return stacked.permute(0, 3, 1, 2).float() / 255


def _sample(rng: np.random.Generator, scenes: SceneFolder, side: int) -> Sample:
    if rng.random() > _TILED:
        return scenes.draw(rng, side)
    return tiled([scenes.draw(rng, side // 2) for _ in range(4)], is_clear)
