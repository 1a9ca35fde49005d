"""The plate reader's network.

A plain convolutional trunk sees the plate as two rows of 36 cells; a mixing layer lets every cell know all others; each
cell then names a character or a blank, in reading order, as connectionist temporal classification (CTC) has it. The
upper line of a double-line plate is read in the upper row, everything else in the lower one.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from vision.plate_alphabet import ALPHABET, KINDS
from vision.plate_text import CELLS

INPUT_WH = (144, 48)
CHARACTER_CLASSES, KIND_CLASSES = len(ALPHABET) + 1, len(KINDS) + 1


class PlateReaderNetwork(nn.Module):
    """(N, 3, 48, 144) 0..1 BGR -> logits (N, 72, characters), upper row first, and (N, kinds).

    Args:
        widths: channels of the stem and the three stages.
        blocks: residual blocks of each stage.

    Source: residual blocks: He et al., 2016; mixing over cells: Tolstikhin et al., "MLP-Mixer", 2021; CTC: Graves et
    al., 2006.
    """

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 96), blocks: Sequence[int] = (1, 1, 2)) -> None:
        super().__init__()
        stages: list[nn.Module] = [_convolution(3, widths[0], stride=(2, 2))]
        for before, width, count, stride in zip(widths, widths[1:], blocks, ((2, 2), (2, 1), (3, 1)), strict=False):
            stages += [_convolution(before, width, stride=stride), *(_Residual(width) for _ in range(count))]
        self.trunk = nn.Sequential(*stages)
        width = widths[-1]
        self.mixer = _Mixer(width)
        self.maps = nn.Conv1d(width, 2, 1)
        self.characters = nn.Linear(width, CHARACTER_CLASSES)
        self.kind = nn.Linear(width, KIND_CLASSES)
        self.first = nn.Linear(width, CHARACTER_CLASSES)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of characters and kind."""
        characters, kind, _ = self.learn(image)
        return characters, kind

    def learn(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same, and logits (N, characters) of the first character from a look at the whole plate.

        Only training asks for them: there is one province to a plate, and its strokes are the finest.
        """
        cells = self.mixer(self.trunk(image * 4 - 2).flatten(2))
        looks = torch.softmax(self.maps(cells), dim=2) @ cells.transpose(1, 2)
        return self.characters(cells.transpose(1, 2)), self.kind(looks[:, 0]), self.first(looks[:, 1])


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(features + self.second(self.first(features)))


class _Mixer(nn.Module):
    """(N, C, cells): what each cell says reaches every other by a weight of its own for each pair of places."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.randn(1, width, CELLS) * 0.05)
        self.across = nn.Sequential(nn.Linear(CELLS, CELLS), nn.ReLU(), nn.Linear(CELLS, CELLS))
        self.within = nn.Sequential(
            nn.Conv1d(width, 2 * width, 1, bias=False),
            nn.BatchNorm1d(2 * width),
            nn.ReLU(),
            nn.Conv1d(2 * width, width, 1, bias=False),
            nn.BatchNorm1d(width),
        )

    def forward(self, cells: Tensor) -> Tensor:
        cells = cells + self.places
        cells = cells + self.across(cells)
        mixed: Tensor = cells + self.within(cells)
        return mixed


def _convolution(before: int, after: int, stride: tuple[int, int] = (1, 1)) -> nn.Sequential:
    # A stride of three rows needs none around.
    padding = (0 if stride[0] == 3 else 1, 1)
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=stride, padding=padding, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )
