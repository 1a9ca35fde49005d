"""How far the network's maps are from their targets."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from models.training.detector.targets import Target
from vision.plate_detection import CORNER_UNIT, STRIDES

_ALPHA = 0.4
_GAMMA = 2.0
_CORNER_SHARE = 0.35
# An error of this share of a plate's size, and a pixel at least, counts as one.
_CORNER_TOLERANCE = 0.04


def loss_of(outputs: Sequence[tuple[Tensor, Tensor]], targets: Sequence[Target]) -> tuple[Tensor, Tensor]:
    """The scores' focal loss and the corners' robust distance, per plate cell."""
    scores = torch.zeros(())
    corners = torch.zeros(())
    for (logits, offsets), target, stride in zip(outputs, targets, STRIDES, strict=True):
        scores = scores + _focal(logits, target)
        corners = corners + _distance(offsets * (CORNER_UNIT * stride), target)
    cells = sum(float(target.corner_weights.sum()) for target in targets)
    return scores / max(cells, 1.0), _CORNER_SHARE * corners / max(cells, 1.0)


def _focal(logits: Tensor, target: Target) -> Tensor:
    """Source: Lin et al., "Focal Loss for Dense Object Detection", 2017."""
    entropy = functional.binary_cross_entropy_with_logits(logits, target.scores, reduction="none")
    surprise = 1 - torch.exp(-entropy)
    balance = _ALPHA * target.scores + (1 - _ALPHA) * (1 - target.scores)
    return (balance * surprise**_GAMMA * entropy * target.score_weights[:, None]).sum()


def _distance(corners: Tensor, target: Target) -> Tensor:
    tolerance = (_CORNER_TOLERANCE * target.sizes).clamp(min=1.0)[:, None]
    error = (corners - target.corners) / tolerance
    robust = functional.smooth_l1_loss(error, torch.zeros_like(error), reduction="none").mean(dim=1)
    return (robust * target.corner_weights).sum()
