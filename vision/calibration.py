"""False match rates: from impostor scores to a curve, and from a target rate to a threshold."""

import math
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from vision.errors import BadArray, Uncalibrated
from vision.types import FloatArray

MIN_IMPOSTORS_ABOVE = 30
"""A rate is only stated when at least so many impostor scores lie above its threshold: by the rule of 30
(Doddington et al., 2000) the true rate is then within 30 % of the stated one with 90 % confidence."""


class FmrCurve(BaseModel):
    """Thresholds of one model at some false match rates, measured on impostor pairs.

    Attributes:
        source: which pairs it was measured on.
        impostor_pairs: how many.
        fmr: false match rates, falling.
        threshold: cosine similarity at each of them, rising.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    impostor_pairs: int = Field(gt=0)
    fmr: tuple[float, ...] = Field(min_length=2)
    threshold: tuple[float, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _is_a_curve(self) -> Self:
        falling = all(a > b > 0 for a, b in zip(self.fmr, self.fmr[1:], strict=False))
        rising = all(a <= b for a, b in zip(self.threshold, self.threshold[1:], strict=False))
        if len(self.fmr) != len(self.threshold) or not falling or not rising:
            raise ValueError("wanted falling rates with as many rising thresholds")
        return self

    def threshold_at(self, target_fmr: float) -> float:
        """The similarity from which on a pair counts as a match at `target_fmr`.

        Between two measured rates the logarithm of the rate is interpolated.

        Raises:
            Uncalibrated: the target lies outside what the impostor pairs support.
        """
        if not self.fmr[-1] <= target_fmr <= self.fmr[0]:
            raise Uncalibrated(
                f"wanted a target FMR from {self.fmr[-1]:g} to {self.fmr[0]:g} (measured on "
                f"{self.impostor_pairs} impostor pairs), got {target_fmr:g}"
            )
        rates = [math.log(rate) for rate in reversed(self.fmr)]
        return float(np.interp(math.log(target_fmr), rates, self.threshold[::-1]))

    @property
    def per_decade(self) -> float:
        """How much the threshold rises where the rate falls to a tenth, over the whole curve."""
        return (self.threshold[-1] - self.threshold[0]) / math.log10(self.fmr[0] / self.fmr[-1])


def threshold_at_fmr(impostor_scores: FloatArray, fmr: float) -> float:
    """The ceil(fmr x n)-th highest impostor score.

    Raises:
        BadArray: no scores, or a rate outside (0, 1].
    """
    if impostor_scores.size == 0 or not 0 < fmr <= 1:
        raise BadArray(f"wanted scores and a rate in (0, 1], got {impostor_scores.size} and {fmr:g}")
    rank = math.ceil(fmr * impostor_scores.size)
    return float(np.partition(impostor_scores, -rank)[-rank])
