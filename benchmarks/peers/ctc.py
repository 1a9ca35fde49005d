"""What a network trained with connectionist temporal classification says."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.types import FloatArray


@dataclass(frozen=True, slots=True)
class CtcText:
    """One text.

    Attributes:
        text: without blanks and repeats.
        confidence: probability of the least certain character; 0 for no text.
    """

    text: str
    confidence: float


def ctc_text(logits: FloatArray, classes: str, blank: int = 0) -> CtcText:
    """The best class of each step, with repeats joined and blanks dropped.

    Args:
        logits: (steps, classes).
        classes: their characters.
        blank: the class that stands for none.

    Source: Graves et al., "Connectionist Temporal Classification", ICML 2006 (best-path decoding).
    """
    best: NDArray[np.intp] = logits.argmax(axis=1)
    certain = 1.0 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)
    # A character starts where the best class changes to one that is not the blank.
    steps = enumerate(pairwise([blank, *best.tolist()]))
    starts = [step for step, (before, now) in steps if now not in (blank, before)]
    text = "".join(classes[best[step]] for step in starts)
    return CtcText(text, float(min((certain[step] for step in starts), default=0.0)))
