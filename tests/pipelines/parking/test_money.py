from decimal import Decimal

import pytest

from pipelines.parking.money import Money, nothing
from tests.pipelines.garage import cny
from vision.errors import BadInput


def test_an_amount_has_the_decimal_places_of_its_currency() -> None:
    assert str(Money(Decimal(5), "CNY")) == "5.00 CNY"
    assert str(Money(Decimal("1E+2"), "JPY")) == "100 JPY"
    assert str(Money(Decimal("1.5"), "KWD")) == "1.500 KWD"


def test_sums_are_exact_where_floats_are_not() -> None:
    # 0.1 + 0.2 = 0.30000000000000004 in floats
    assert cny("0.10") + cny("0.20") == cny("0.30")
    assert sum([cny("0.10")] * 10, nothing("CNY")) == cny("1.00")
    assert cny("5") - cny("7") == cny("-2")
    assert (cny("5") - cny("7")).or_zero == cny("0")


def test_a_float_is_refused() -> None:
    with pytest.raises(BadInput, match=r"wanted a finite decimal, got 0\.1"):
        Money(0.1, "CNY")


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity", "1E+30"])
def test_what_no_coin_can_pay_is_refused_and_never_rounded(amount: str) -> None:
    with pytest.raises(BadInput, match="amount: wanted"):
        cny(amount)


@pytest.mark.parametrize("currency", ["", "cny", "RMB ", "¥"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(BadInput, match="wanted three capital letters"):
        Money(Decimal(1), currency)


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(BadInput, match="wanted CNY, got EUR"):
        cny("1") + Money(Decimal(1), "EUR")
