"""How far the network's maps are from what the samples say."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from models.training.street.targets import Truth, assigned, cell_centres, overlap

_BOX_SHARE = 2.0
_FOCUS = 2.0


def loss_of(outputs: Sequence[tuple[Tensor, Tensor]], truths: Sequence[Truth], side: int) -> tuple[Tensor, Tensor]:
    """The scores' and the boxes' loss of a batch, per object-like cell.

    Args:
        outputs: logits and distances of each stride.
        truths: of each picture.
        side: of the pictures, pixels.
    """
    centres = cell_centres((side, side))
    # Cell by cell as the maps lie in memory, channels last: so do the gradients, and no layer below has to turn them.
    logits = torch.cat([one.permute(0, 2, 3, 1).flatten(1, 2) for one, _ in outputs], dim=1)
    edges = torch.cat([one.permute(0, 2, 3, 1).flatten(1, 2) for _, one in outputs], dim=1)
    boxes = torch.cat([centres - edges[..., :2], centres + edges[..., 2:]], dim=-1)
    scores, places, weight = torch.zeros(()), torch.zeros(()), torch.zeros(())
    for said, drawn, truth in zip(logits, boxes, truths, strict=True):
        with torch.no_grad():
            task = assigned(said.sigmoid(), drawn, centres, truth)
        scores = scores + (_surprise(said, task.scores) * truth.known).sum()
        places = places + ((1 - generalised_overlap(drawn[task.cells], task.boxes)) * task.weights).sum()
        weight = weight + task.weights.sum()
    return scores / weight.clamp(min=1.0), _BOX_SHARE * places / weight.clamp(min=1.0)


def generalised_overlap(ones: Tensor, others: Tensor) -> Tensor:
    """(N,) -1..1, also telling how far apart boxes (N, 4) are that do not touch.

    Source: Rezatofighi et al., "Generalized Intersection over Union", 2019.
    """
    low, high = torch.minimum(ones[:, :2], others[:, :2]), torch.maximum(ones[:, 2:], others[:, 2:])
    hull = (high - low).prod(dim=1).clamp(min=1e-6)
    shared = overlap(ones, others)
    areas = [(box[:, 2:] - box[:, :2]).prod(dim=1) for box in (ones, others)]
    union = (areas[0] + areas[1]) / (1 + shared)
    return shared - (hull - union) / hull


def _surprise(logits: Tensor, scores: Tensor) -> Tensor:
    """Source: Li et al., "Generalized Focal Loss", 2020."""
    entropy = functional.binary_cross_entropy_with_logits(logits, scores, reduction="none")
    return entropy * (logits.sigmoid() - scores).abs().detach() ** _FOCUS
