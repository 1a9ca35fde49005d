"""Amounts of money: exact decimals with their currency, always in whole minor units (cents, fen), never floats."""

import re
from dataclasses import dataclass
from decimal import Decimal

from vision.errors import BadInput

# ISO 4217: how many decimal places an amount has, where it is not two.
MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
MAX_DIGITS = 15

_CURRENCY = re.compile(r"[A-Z]{3}")


def check_currency(currency: str) -> None:
    """Refuse what is no currency code.

    Raises:
        BadInput: other than three capital letters, as ISO 4217 has them.
    """
    if _CURRENCY.fullmatch(currency) is None:
        raise BadInput(f"currency: wanted three capital letters of ISO 4217, got {currency!r}")


def whole_units(amount: Decimal, currency: str) -> Decimal:
    """The same amount with exactly the currency's decimal places.

    Raises:
        BadInput: no currency, no finite amount, or one finer than the currency's smallest coin; nothing is rounded.
    """
    check_currency(currency)
    # bool and float would come through arithmetic unnoticed; a fee must not.
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise BadInput(f"amount: wanted a finite decimal, got {amount!r}")
    unit = Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))
    if amount.adjusted() > MAX_DIGITS or amount % unit:
        raise BadInput(f"amount: wanted whole units of {unit} {currency}, got {amount}")
    return amount.quantize(unit)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency.

    Attributes:
        amount: a Decimal with the currency's decimal places; `Decimal("5")` becomes `Decimal("5.00")`.
        currency: ISO 4217, such as `CNY`.

    Raises:
        BadInput: a float, no currency, or an amount finer than its smallest coin.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", whole_units(self.amount, self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @property
    def is_positive(self) -> bool:
        return self.amount > 0

    @property
    def or_zero(self) -> "Money":
        """This amount, or nothing when it is below zero."""
        return self if self.amount >= 0 else nothing(self.currency)

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise BadInput(f"currency: wanted {self.currency}, got {other.currency}")
        return other.amount


def nothing(currency: str) -> Money:
    """No money, in this currency."""
    return Money(Decimal(0), currency)
