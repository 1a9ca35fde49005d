"""Views to learn from: proposals, moved a little by chance, with what is known about each."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.street.verifier import close_views, said_of
from models.training.street.listing import Photo
from models.training.street.samples import relit
from models.training.street.sets import chances
from models.training.verifier.lessons import lessons_of, remarked
from models.training.verifier.proposals import Proposed
from vision.crops import mirrored, moved
from vision.types import FloatArray, Image

# How far a view's edges are moved, in its box's width and height, and how much the detector's logit is.
_JITTER = 0.08
_DOUBT = 0.3
_MIRRORED = 0.5
_HIDDEN = 0.5
# A proposal that somebody remarked on is drawn so many times as often.
_REMARKABLE = 5.0
# Views from one photo in a row: reading and lighting it takes longer than cutting it.
_PER_PHOTO = 8


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """A batch.

    Attributes:
        pictures: see `close_views`.
        said: (N, classes) the detector's score at its class, 0 elsewhere.
        scores: (N, classes) 0..1: how much it is an object of the class.
        known: (N, classes) 1 where that is known, 0 elsewhere.
        offsets: (N, 4) how far the object's edges are from the view's box, in its widths and heights.
        placed: (N,) 1 where there is such an object, 0 elsewhere.
    """

    pictures: Tensor
    said: Tensor
    scores: Tensor
    known: Tensor
    offsets: Tensor
    placed: Tensor


def views_of(proposed: Sequence[Proposed], count: int, seed: int, step: int) -> Views:
    """The views of a step: the same seed and step give the same ones, in whatever process."""
    rng = np.random.default_rng((seed, step))
    seen = [one for one in proposed if len(one.boxes)]
    likely = chances(tuple(one.photo.set_name for one in seen))
    chosen = rng.choice(len(seen), -(-count // _PER_PHOTO), p=likely)
    parts = [_from_photo(rng, seen[int(index)]) for index in chosen]
    return Views(*(torch.from_numpy(np.concatenate(part)[:count]) for part in zip(*parts, strict=True)))


def _from_photo(rng: np.random.Generator, one: Proposed) -> tuple[NDArray[np.float32], ...]:
    # More of those that the detector is surer of: most of what it takes for nothing is nothing.
    weights = one.scores.copy()
    weights[[row for row, _ in remarked(one.photo, one.boxes)]] *= _REMARKABLE
    chosen = rng.choice(len(one.boxes), _PER_PHOTO, p=weights / weights.sum())
    boxes = moved(one.boxes[chosen], rng.normal(0, _JITTER, (_PER_PHOTO, 4)))
    doubted = 1 / (1 + (1 / one.scores[chosen] - 1) * np.exp(rng.normal(0, _DOUBT, _PER_PHOTO)))
    scores, known, offsets, placed = lessons_of(one.photo, boxes)
    pictures = _partly_hidden(rng, _relit(rng, close_views(_image(one.photo), boxes)))
    if rng.random() < _MIRRORED:
        pictures = np.ascontiguousarray(pictures[..., ::-1])
        offsets = mirrored(offsets, 0)
    return pictures, said_of(doubted, one.classes[chosen]), scores, known, offsets, placed


def _relit(rng: np.random.Generator, views: FloatArray) -> FloatArray:
    """Views in another light, all in the same: it takes a tenth of the time that the photo's would."""
    column = ((views.transpose(0, 2, 3, 1) + 1) * 127.5).astype(np.uint8).reshape(-1, views.shape[3], 3)
    lit = relit(rng, column).reshape(len(views), *views.shape[2:], 3)
    return np.ascontiguousarray(lit.transpose(0, 3, 1, 2) / np.float32(127.5) - np.float32(1))


def _partly_hidden(rng: np.random.Generator, views: FloatArray) -> FloatArray:
    """Of some views a part is grey: what is known by one detail is not known yet.

    Source: Zhong et al., "Random Erasing Data Augmentation", 2017.
    """
    side = views.shape[3]
    for row in np.flatnonzero(rng.random(len(views)) < _HIDDEN):
        width, height = rng.integers(side // 6, side // 2, 2)
        left, top = rng.integers(side - width), rng.integers(side - height)
        views[row, :, top : top + height, left : left + width] = 0
    return views


@functools.lru_cache(maxsize=4000)
def _image(photo: Photo) -> Image:
    """A training picture, kept: it is looked at again and again."""
    return photo.image()
