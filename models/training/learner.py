"""A network that learns, with its optimiser and its averaged twin, which is the one to ship."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

VERSED_SHARE = 0.1
_CLIP = 10.0


class Learner:
    """What a checkpoint holds, and one step of it.

    Args:
        network: with its first weights.
        weight_decay: of AdamW.
        ema: how much of the averaged weights stays at each step.
        versed: a part of it that has learnt before; it follows at `VERSED_SHARE` of the rate.
    """

    def __init__(self, network: nn.Module, weight_decay: float, ema: float, versed: nn.Module | None = None) -> None:
        # Channels last is how convolutions on a CPU are fast.
        self.network = network.to(memory_format=torch.channels_last)
        self.averaged = AveragedModel(self.network, multi_avg_fn=self._average, use_buffers=True)
        self.step = 0
        self._ema = ema
        known = {id(one) for one in versed.parameters()} if versed else set()
        learning = [one for one in self.network.parameters() if one.requires_grad]
        groups = [
            {"params": [one for one in learning if (id(one) in known) is old], "share": share}
            for old, share in ((False, 1.0), (True, VERSED_SHARE))
        ]
        self._optimiser = torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=weight_decay)

    def descend(self, loss: Tensor, rate: float) -> None:
        """One step down from this loss, at that learning rate."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["share"]
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self._optimiser.step()
        self.step += 1
        self.averaged.update_parameters(self.network)

    def save(self, path: Path) -> None:
        """Write all that `load` needs; never half."""
        unfinished = path.with_suffix(".unfinished")
        torch.save(self._content(), unfinished)
        unfinished.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        self._restore(torch.load(path, weights_only=True))

    def _content(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def _restore(self, content: dict[str, Any]) -> None:
        self.network.load_state_dict(content["network"])
        self.averaged.load_state_dict(content["averaged"])
        self._optimiser.load_state_dict(content["optimiser"])
        self.step = content["step"]

    def _average(self, averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        """Move the averaged weights towards the current ones: faster at the start, to forget the first, random ones."""
        share = min(self._ema, (1 + int(count)) / (10 + int(count)))
        get_ema_multi_avg_fn(share)(averaged, current, count)
