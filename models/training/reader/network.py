"""The plate reader's network.

A plain convolutional trunk sees the plate as 6 x 18 cells; a mixing layer lets every cell know all others, so that the
k-th slot can find the k-th character whether the plate has one line or two; ten slots look at the cells and name a
character each, an eleventh names the kind.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from vision.plate_alphabet import ALPHABET, KINDS
from vision.plate_text import SLOTS

INPUT_WH = (144, 48)
CHARACTER_CLASSES, KIND_CLASSES = len(ALPHABET) + 1, len(KINDS) + 1
_CELLS = 6 * 18
_LOOKS = 2
_HIDDEN = 128


class PlateReaderNetwork(nn.Module):
    """(N, 3, 48, 144) 0..1 BGR -> logits (N, 10, characters) and (N, kinds).

    Args:
        widths: channels of the stem and the three stages.
        blocks: residual blocks of each stage.

    Source: residual blocks: He et al., 2016; mixing over cells: Tolstikhin et al., "MLP-Mixer", 2021; attention by
    learnt maps, one for each character: Lee and Osindero, 2016, here in parallel.
    """

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 96), blocks: Sequence[int] = (1, 1, 1)) -> None:
        super().__init__()
        stages: list[nn.Module] = [_convolution(3, widths[0], stride=(2, 2))]
        for before, width, count, stride in zip(widths, widths[1:], blocks, ((2, 2), (1, 2), (2, 1)), strict=False):
            stages += [_convolution(before, width, stride=stride), *(_Residual(width) for _ in range(count))]
        self.trunk = nn.Sequential(*stages)
        width = widths[-1]
        self.mixer = _Mixer(width)
        self.maps = nn.Conv1d(width, (SLOTS + 1) * _LOOKS, 1)
        self.slots = nn.Sequential(nn.Linear(width * _LOOKS, _HIDDEN), nn.ReLU())
        self.slot_bias = nn.Parameter(torch.zeros(1, SLOTS + 1, _HIDDEN))
        self.characters = nn.Linear(_HIDDEN, CHARACTER_CLASSES)
        self.kind = nn.Linear(_HIDDEN, KIND_CLASSES)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of characters and kind."""
        cells = self.mixer(self.trunk(image * 4 - 2).flatten(2))
        weights = torch.softmax(self.maps(cells), dim=2)
        seen = (weights @ cells.transpose(1, 2)).view(-1, SLOTS + 1, cells.shape[1] * _LOOKS)
        slots = self.slots(seen) + self.slot_bias
        return self.characters(slots[:, :SLOTS]), self.kind(slots[:, SLOTS])


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
        self.places = nn.Parameter(torch.randn(1, width, _CELLS) * 0.05)
        self.across = nn.Sequential(nn.Linear(_CELLS, _CELLS), nn.ReLU(), nn.Linear(_CELLS, _CELLS))
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
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)
    )
