"""How long to wait before a lost camera is tried again."""

from collections.abc import Sequence
from random import Random

STAGES_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
JITTER = 0.2
STABLE_AFTER_S = 30.0


class Backoff:
    """Waits that grow in stages, and differ from camera to camera so that not all come back at once.

    Args:
        random: where the jitter comes from; seed it for a repeatable run.
        stages_s: seconds after the first loss, the second, ...; the last one stays.
        stable_after_s: a connection that lasted so long starts again at the first stage.
    """

    def __init__(
        self, random: Random, stages_s: Sequence[float] = STAGES_S, stable_after_s: float = STABLE_AFTER_S
    ) -> None:
        self._random = random
        self._stages_s = tuple(stages_s)
        self._stable_after_s = stable_after_s
        self._losses = 0

    def delay_s(self, lasted_s: float) -> float:
        """The wait after a loss, a fifth shorter or longer than its stage at most.

        Args:
            lasted_s: how long frames came before; 0 when none came.
        """
        if lasted_s >= self._stable_after_s:
            self._losses = 0
        stage_s = self._stages_s[min(self._losses, len(self._stages_s) - 1)]
        self._losses += 1
        return stage_s * self._random.uniform(1 - JITTER, 1 + JITTER)
