import numpy as np
import pytest

from models.training.scenes.panels import SetPlate, mapped, opaque, outline, paste, seen_from


def panel(width: int = 40, height: int = 20) -> np.ndarray:
    return np.full((height, width, 3), 200, np.uint8)


def test_a_panel_seen_from_straight_ahead_keeps_its_shape() -> None:
    quad = seen_from((40, 20), (0, 0, 0), np.array([100, 50]), 80)
    # Twice as large around (100, 50): 80 x 40.
    assert quad.tolist() == [[60, 30], [140, 30], [140, 70], [60, 70]]


def test_a_rolled_panel_turns_clockwise_in_the_picture() -> None:
    quad = seen_from((40, 20), (0, 0, 90), np.array([0, 0]), 40)
    assert quad[0] == pytest.approx([10, -20], abs=1e-4)


def test_a_panel_turned_to_one_side_is_narrower_and_its_far_edge_shorter() -> None:
    quad = seen_from((40, 20), (40, 0, 0), np.array([0, 0]), 40)
    left, right = quad[3, 1] - quad[0, 1], quad[2, 1] - quad[1, 1]
    assert abs(left - right) > 1
    assert quad[1, 0] - quad[0, 0] < 36


def test_the_plate_lies_where_its_pixels_are_pasted() -> None:
    corners = np.array([[10, 5], [30, 5], [30, 15], [10, 15]], np.float32)
    image = panel()
    image[5:15, 10:30] = 0
    scene = np.full((100, 200, 3), 255, np.uint8)
    quad = np.array([[20, 10], [100, 10], [100, 50], [20, 50]], np.float32)
    pasted, (plate,) = paste(scene, opaque(image, (SetPlate(corners, "blue"),)), quad)
    # Twice as large from (20, 10) on: 10 x 2 + 20 = 40, 5 x 2 + 10 = 20.
    assert plate.corners == pytest.approx(np.array([[40, 20], [80, 20], [80, 40], [40, 40]]), abs=1e-3)
    assert plate.width == pytest.approx(40)
    dark = np.argwhere(pasted[..., 0] < 100)
    assert dark.min(axis=0).tolist() == [20, 40]
    assert dark.max(axis=0).tolist() == [39, 79]
    assert (scene == 255).all()


def test_a_large_panel_set_small_has_the_same_plate() -> None:
    corners = np.array([[100, 50], [300, 50], [300, 150], [100, 150]], np.float32)
    quad = np.array([[0, 0], [40, 0], [40, 20], [0, 20]], np.float32)
    _, (plate,) = paste(np.zeros((50, 50, 3), np.uint8), opaque(panel(400, 200), (SetPlate(corners, "green"),)), quad)
    assert plate.corners == pytest.approx(corners / 10, abs=0.02)


def test_a_panel_beyond_the_border_changes_only_what_is_inside() -> None:
    scene = np.zeros((30, 30, 3), np.uint8)
    pasted, _ = paste(scene, opaque(panel()), np.array([[20, 20], [60, 20], [60, 40], [20, 40]], np.float32))
    assert (pasted[22:, 22:] == 200).all()
    assert (pasted[:19] == 0).all()


def test_no_points_stay_no_points() -> None:
    assert mapped(np.empty((0, 4, 2)), np.eye(3)).shape == (0, 4, 2)
    assert outline((3, 2)).tolist() == [[0, 0], [3, 0], [3, 2], [0, 2]]
