"""Which pictures look alike: copies that were augmented, and neighbours of one clip or one camera."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.preprocess import resize
from vision.types import Image, check_image

_SIDE = 32
_KEPT = 8
BITS = _KEPT * _KEPT
Fingerprints = NDArray[np.uint64]


def fingerprint(image: Image) -> Fingerprints:
    """(2,) perceptual hashes of 64 bits: of the picture and of its mirror image.

    Each bit says whether one of the lowest frequencies is stronger than their median; noise, light and JPEG change few.

    Args:
        image: (H, W, 3) uint8 BGR.

    Source: Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010.
    """
    check_image(image)
    grey = cv2.cvtColor(resize(image, (_SIDE, _SIDE)), cv2.COLOR_BGR2GRAY).astype(np.float32)
    return np.array([_hash(grey), _hash(np.ascontiguousarray(grey[:, ::-1]))], np.uint64)


def distances(ones: Fingerprints, others: Fingerprints) -> NDArray[np.int64]:
    """(N, M) bits that differ between (N, 2) and (M, 2) fingerprints, mirrored or not, whichever are fewer."""
    straight = np.bitwise_count(ones[:, None, 0] ^ others[None, :, 0])
    mirrored = np.bitwise_count(ones[:, None, 0] ^ others[None, :, 1])
    return np.asarray(np.minimum(straight, mirrored), np.int64)


def first_of_copies(prints: Fingerprints, most_bits: int) -> NDArray[np.bool_]:
    """(N,) which pictures are no copy of an earlier one that stays: more than `most_bits` differ."""
    apart = distances(prints, prints) > most_bits
    stays = np.ones(len(prints), dtype=np.bool_)
    for index in range(1, len(prints)):
        stays[index] = apart[index, :index][stays[:index]].all()
    return stays


def groups(prints: Fingerprints, keys: list[str], most_bits: int) -> NDArray[np.int64]:
    """(N,) numbers: pictures that look alike, or have a key in common, share one; so do those in between.

    Args:
        prints: (N, 2) fingerprints.
        keys: (N) such as a clip's name; an empty one is none.
        most_bits: so many may differ between pictures that look alike.
    """
    numbers = np.arange(len(prints))
    known: dict[str, int] = {}
    alike = distances(prints, prints) <= most_bits
    for index, key in enumerate(keys):
        same = np.flatnonzero(alike[index, : index + 1])
        if key:
            same = np.append(same, known.setdefault(key, index))
        joined = np.unique(numbers[same])
        numbers[np.isin(numbers, joined)] = joined[0]
    return numbers


def _hash(grey: NDArray[np.float32]) -> np.uint64:
    low = cv2.dct(grey)[:_KEPT, :_KEPT].reshape(-1)
    # The first is the mean brightness, which says nothing about what is to be seen.
    bits = low > np.median(low[1:])
    return np.uint64(int("".join("1" if bit else "0" for bit in bits), 2))
