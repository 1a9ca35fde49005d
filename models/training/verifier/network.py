"""The verifier's network: what one box holds, and where in it."""

import torch
from torch import Tensor, nn

from models.street.verifier import SIDE
from models.training.street.backbone import CHANNELS, Backbone
from vision.street_classes import STREET_CLASSES

_STAGES = 5
_FROZEN = 2
_CELLS = SIDE // 16
_NARROW = 64
_WIDE = 128
_DROPPED = 0.4
# A score nearer to 0 or 1 says no more.
_LEAST = 0.01
# The logit at which a class begins that the detector did not name.
_UNNAMED = 3.0


class VerifierNetwork(nn.Module):
    """Views (N, 3, SIDE, SIDE) as `close_views` makes them, and what the detector said, to logits and offsets.

    `said` is (N, classes): the detector's score at its class, 0 elsewhere. The logits are (N, classes), the offsets
    (N, 4).
    """

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone(_STAGES, _FROZEN)
        self.narrow = nn.Sequential(nn.Conv2d(CHANNELS[1], _NARROW, 1), nn.ReLU(inplace=True))
        self.wide = nn.Sequential(
            nn.Dropout(_DROPPED),
            nn.Linear(_NARROW * _CELLS * _CELLS + 2 * len(STREET_CLASSES), _WIDE),
            nn.ReLU(inplace=True),
            nn.Dropout(_DROPPED),
        )
        self.scores = nn.Linear(_WIDE, len(STREET_CLASSES))
        self.offsets = nn.Linear(_WIDE, 4)
        for last in (self.scores, self.offsets):
            nn.init.normal_(last.weight, std=0.01)
            nn.init.zeros_(last.bias)

    def forward(self, views: Tensor, said: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.narrow(self.backbone(views)[-1]).flatten(1)
        named = (said > 0).float()
        sure = torch.logit(said.clamp(_LEAST, 1 - _LEAST)) * named
        known = self.wide(torch.cat([seen, named, sure], dim=1))
        # What the detector says holds but for what the view adds to it.
        return self.scores(known) + sure - _UNNAMED * (1 - named), self.offsets(known)


class ExportedNetwork(nn.Module):
    """The network as it is shipped: probabilities instead of logits."""

    def __init__(self, network: VerifierNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, views: Tensor, said: Tensor) -> tuple[Tensor, Tensor]:
        """scores, offsets."""
        logits, offsets = self.network(views, said)
        return torch.sigmoid(logits), offsets
