import numpy as np

from models.training.street.likeness import distances, fingerprint, first_of_copies, groups
from tests.models.training.street.photos import scenery


def prints(*values: int) -> np.ndarray:
    """Made-up hashes whose mirror images are far from all of them."""
    return np.array([(value, 0xFFFF_0000_FFFF_0000 ^ value) for value in values], np.uint64)


def test_noise_light_and_mirrors_leave_a_picture_alike() -> None:
    image = scenery(1)
    noise = np.random.default_rng(0).integers(-9, 9, image.shape)
    copies = [
        np.clip(image * 0.8 + noise, 0, 255).astype(np.uint8),
        np.ascontiguousarray(image[:, ::-1]),
    ]
    apart = distances(fingerprint(image)[None], np.stack([fingerprint(copy) for copy in copies]))
    assert apart.max() <= 2


def test_other_pictures_are_far_apart() -> None:
    apart = distances(fingerprint(scenery(1))[None], np.stack([fingerprint(scenery(seed)) for seed in range(2, 12)]))
    assert apart.min() > 10


def test_distances_count_bits() -> None:
    assert distances(prints(0b0), prints(0b0, 0b1, 0b111)).tolist() == [[0, 1, 3]]


def test_of_copies_the_first_stays() -> None:
    # The third is 2 bits from the second, which went, and 4 from the first, which stayed.
    assert first_of_copies(prints(0b0, 0b11, 0b1111), 2).tolist() == [True, False, True]


def test_pictures_that_a_likeness_or_a_key_joins_are_one_group() -> None:
    far = 0xFF00
    numbers = groups(prints(0b0, far, 0b1, far << 16), ["", "clip", "", "clip"], 2)
    assert numbers.tolist() == [0, 1, 0, 1]
    # The last picture is like the first and of the clip: both groups become one.
    assert groups(prints(0b0, far, 0b1), ["", "clip", "clip"], 2).tolist() == [0, 0, 0]
