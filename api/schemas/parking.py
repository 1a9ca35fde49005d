"""What all of parking shares as it travels: plates, amounts of money, reasons."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from api.schemas.common import Answer, Request, Slug
from pipelines.parking.money import Money
from pipelines.parking.plates import MAX_CHARACTERS, normalised
from vision.errors import BadInput

PLATE = "粤B12345"


def _plate(value: str) -> str:
    try:
        return normalised(value)
    except BadInput as error:
        raise ValueError(str(error)) from error


PlateText = Annotated[
    str,
    # Separators and accents come on top of the characters.
    StringConstraints(min_length=1, max_length=3 * MAX_CHARACTERS),
    AfterValidator(_plate),
    Field(description="as people write it: case, spaces, dots and hyphens don't matter", examples=[PLATE]),
]
ReasonWord = Annotated[
    Slug, Field(description="a word for the audit log, so that no name and no plate gets there", examples=["misread"])
]


class MoneyOut(Answer):
    """An exact amount; text, for a float would round it."""

    amount: Annotated[str, Field(examples=["10.00"])]
    currency: Annotated[str, Field(description="ISO 4217", examples=["CNY"])]

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        """The amount as an answer."""
        return cls(amount=str(money.amount), currency=money.currency)


class MoneyIn(Request):
    """An exact amount, as text."""

    amount: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$", examples=["10.00"])]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217", examples=["CNY"])]

    @property
    def exact(self) -> Decimal:
        """The amount to reckon with."""
        return Decimal(self.amount)
