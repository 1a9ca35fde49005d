import pytest

from models.manifest import Family
from models.street.heads import HEADS, CellHead
from tests.models.street.specs import network
from vision.errors import ModelContractError

SQUARE = (1, 3, 64, 64)
# 64x64: 64 + 16 + 4 cells of strides 8, 16, 32, and 1 of 64.
CELLS = (64, 16, 4, 1)


@pytest.mark.parametrize(
    ("family", "outputs"),
    [
        ("yolox", ((1, 84, 5 + 7),)),
        ("yolov8", ((1, 4 + 7, 84),)),
        ("nanodet", (*((1, cells, 7) for cells in CELLS[:3]), *((1, cells, 32) for cells in CELLS[:3]))),
        ("picodet", (*((1, cells, 7) for cells in CELLS), *((1, cells, 32) for cells in CELLS))),
    ],
)
def test_each_head_tells_its_classes_and_looks_at_its_own_size(
    family: Family, outputs: tuple[tuple[int, ...], ...]
) -> None:
    fitting = network(SQUARE, *outputs)
    assert HEADS[family].classes(fitting) == 7
    assert HEADS[family].canvas(fitting, (1920, 1080)) == (64, 64)


@pytest.mark.parametrize("family", HEADS)
def test_no_head_takes_a_classifier(family: Family) -> None:
    with pytest.raises(ModelContractError, match="wanted"):
        HEADS[family].classes(network(SQUARE, (1, 1000)))


def test_edges_without_whole_distributions_are_refused() -> None:
    outputs = (*((1, cells, 7) for cells in CELLS[:3]), *((1, cells, 31) for cells in CELLS[:3]))
    with pytest.raises(ModelContractError, match="four edges"):
        HEADS["nanodet"].classes(network(SQUARE, *outputs))


def test_our_network_takes_any_size() -> None:
    maps = [(1, channels, 0, 0) for _ in range(3) for channels in (12, 4)]
    assert CellHead().classes(network((1, 3, 0, 0), *maps)) == 12


@pytest.mark.parametrize(
    ("picture_wh", "canvas_wh"),
    [
        # 384 x 384 is 147,456 pixels; 16:9 of them is 512 x 288.
        ((400, 400), (384, 384)),
        ((1920, 1080), (512, 288)),
        ((640, 360), (512, 288)),
        ((1080, 1920), (288, 512)),
        ((10000, 10), (1280, 32)),
    ],
)
def test_our_canvas_has_the_pictures_shape_and_always_about_as_many_pixels(
    picture_wh: tuple[int, int], canvas_wh: tuple[int, int]
) -> None:
    assert CellHead().canvas(network((1, 3, 0, 0)), picture_wh) == canvas_wh
