"""What a session owes: the fee of the time that no right covers, less what was paid, unless grace still runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.parking.fee import fee
from pipelines.parking.money import Money, nothing
from pipelines.parking.rates import Rate
from pipelines.parking.rights import Right


@dataclass(frozen=True, slots=True)
class Charge:
    """The account of a session at one moment.

    Attributes:
        fee: of the stay so far.
        paid: what came in and is not to be given back.
        in_grace: everything was paid so short ago that the car may leave.
    """

    fee: Money
    paid: Money
    in_grace: bool = False

    @property
    def owed(self) -> Money:
        """What is not paid yet, grace or not."""
        return (self.fee - self.paid).or_zero

    @property
    def due(self) -> Money:
        """What must be paid before the car may leave."""
        return nothing(self.fee.currency) if self.in_grace else self.owed


def stay_fee(rate: Rate, entered_at: datetime, left_at: datetime, rights: Sequence[Right]) -> Money:
    """What a stay costs; each part that no right covers is charged as a stay of its own.

    Args:
        rights: that make the car's time free, in any order; they may overlap, as a renewed permit does.
    """
    owed, begin = nothing(rate.currency), entered_at
    for right in sorted(rights, key=lambda one: one.valid_from):
        owed += fee(rate, begin, min(right.valid_from, left_at))
        begin = max(begin, left_at if right.valid_until is None else right.valid_until)
    return owed + fee(rate, begin, left_at)
