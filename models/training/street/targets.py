"""Which cell is to find which object: those that already see it best, and how well they should be sure of it."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.street.network import STRIDES
from models.training.street.samples import Sample
from models.training.street.sets import excluded_classes

# Each object is taught to so many cells at most.
_CELLS = 10
_SHARPNESS = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """One sample's objects as tensors.

    Attributes:
        boxes: (N, 4) pixels.
        classes: (N,) places in STREET_CLASSES.
        known: (cells, classes) 1 where it is known whether the class is there, 0 elsewhere.
    """

    boxes: Tensor
    classes: Tensor
    known: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """What one sample's cells are taught.

    Attributes:
        scores: (cells, classes) 0..1.
        cells: (P,) those that find an object.
        boxes: (P, 4) pixels: the object of each.
        weights: (P,) how much each counts.
    """

    scores: Tensor
    cells: Tensor
    boxes: Tensor
    weights: Tensor


def cell_centres(side_hw: tuple[int, int]) -> Tensor:
    """(cells, 2) x, y in pixels of all cells, stride by stride, row by row."""
    maps = []
    for stride in STRIDES:
        ys, xs = np.mgrid[0 : side_hw[0] // stride, 0 : side_hw[1] // stride]
        maps.append((np.stack([xs, ys], axis=-1).reshape(-1, 2) + 0.5) * stride)
    return torch.from_numpy(np.concatenate(maps).astype(np.float32))


def truth_of(sample: Sample) -> Truth:
    """The sample's objects, what its photos and its vague objects leave unknown, and what an object is not."""
    centres = cell_centres((sample.picture.shape[0], sample.picture.shape[1])).numpy()
    known = np.zeros((len(centres), sample.known.shape[1]), np.float32)
    for area, classes in zip(sample.areas, sample.known, strict=True):
        known[_inside(centres, area)] = classes
    for box, place in zip(sample.vague, sample.vague_classes, strict=True):
        known[_inside(centres, box), place] = 0
    for box, place in zip(sample.boxes, sample.classes, strict=True):
        known[np.ix_(_inside(centres, _core(box)), excluded_classes(int(place)))] = 1
    return Truth(torch.from_numpy(sample.boxes), torch.from_numpy(sample.classes), torch.from_numpy(known))


def assigned(probabilities: Tensor, boxes: Tensor, centres: Tensor, truth: Truth) -> Assignment:
    """The cells inside an object whose score times overlap^6 is best find it; their score should be as high as that.

    Args:
        probabilities: (cells, classes) as the network says now.
        boxes: (cells, 4) pixels as it says now.
        centres: (cells, 2) pixels.

    Source: Feng et al., "TOOD: Task-aligned One-stage Object Detection", 2021.
    """
    scores = torch.zeros_like(probabilities)
    if not len(truth.boxes):
        nothing = torch.zeros(0, dtype=torch.long)
        return Assignment(scores, nothing, torch.zeros(0, 4), torch.zeros(0))
    overlaps = overlap(truth.boxes[:, None], boxes[None]).clamp(min=0)
    aligned = probabilities[:, truth.classes].T * overlaps**_SHARPNESS
    candidates = _candidates(centres, truth.boxes)
    ranked = torch.where(candidates, aligned + 1e-9, torch.zeros(()))
    best = ranked.topk(min(_CELLS, ranked.shape[1]), dim=1)
    chosen = torch.zeros_like(candidates).scatter_(1, best.indices, best.values > 0)
    # A cell that two objects want goes to the one that it covers better.
    wanted = torch.where(chosen, overlaps + 1e-9, torch.full((), -1.0))
    owner = wanted.argmax(dim=0)
    cells = torch.nonzero(chosen.any(dim=0)).flatten()
    objects = owner[cells]
    chosen_aligned = torch.where(chosen, aligned, torch.zeros(()))
    highest = chosen_aligned.max(dim=1).values.clamp(min=1e-9)
    reach = torch.where(chosen, overlaps, torch.zeros(())).max(dim=1).values
    weights = aligned[objects, cells] / highest[objects] * reach[objects]
    scores[cells, truth.classes[objects]] = weights.clamp(0, 1)
    return Assignment(scores, cells, truth.boxes[objects], weights.clamp(0, 1))


def overlap(ones: Tensor, others: Tensor) -> Tensor:
    """Intersection over union (...) of boxes (..., 4)."""
    low, high = torch.maximum(ones[..., :2], others[..., :2]), torch.minimum(ones[..., 2:], others[..., 2:])
    both = (high - low).clamp(min=0).prod(dim=-1)
    areas = [(box[..., 2:] - box[..., :2]).clamp(min=0).prod(dim=-1) for box in (ones, others)]
    return both / (areas[0] + areas[1] - both).clamp(min=1e-6)


def _candidates(centres: Tensor, boxes: Tensor) -> Tensor:
    """(objects, cells) whether a cell's centre lies inside an object; the nearest ones of what has none."""
    edges = torch.cat([centres[None] - boxes[:, None, :2], boxes[:, None, 2:] - centres[None]], dim=-1)
    inside = edges.min(dim=-1).values > 0
    distances = (centres[None] - (boxes[:, None, :2] + boxes[:, None, 2:]) / 2).norm(dim=-1)
    near = distances <= distances.min(dim=1, keepdim=True).values
    return inside | near


def _core(box: NDArray[np.float32]) -> NDArray[np.float32]:
    """The middle of a box, half as wide and high: what shows there is the object and nothing behind it."""
    quarter = (box[2:] - box[:2]) / 4
    return np.concatenate([box[:2] + quarter, box[2:] - quarter])


def _inside(centres: NDArray[np.float32], box: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(((centres >= box[:2]) & (centres < box[2:])).all(axis=1))
