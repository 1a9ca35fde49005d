"""What ids, purposes and times must look like before they are kept."""

import re
from datetime import datetime, timedelta

from vision.errors import BadInput

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
PLACE = re.compile(f"{SLUG.pattern}/{SLUG.pattern}")


def check_slug(name: str, value: str) -> None:
    """Refuse an id or a purpose that is no slug.

    Raises:
        BadInput: other than 1 to 64 of a-z, 0-9, _ and -, the first a letter or digit.
    """
    if SLUG.fullmatch(value) is None:
        raise BadInput(f"{name}: wanted {SLUG.pattern}, got {value!r}")


def check_place(name: str, value: str) -> None:
    """Refuse what is not two slugs, such as "LOT/LANE".

    Raises:
        BadInput: see above.
    """
    if PLACE.fullmatch(value) is None:
        raise BadInput(f"{name}: wanted LOT/LANE of {SLUG.pattern} each, got {value!r}")


def check_utc(name: str, value: datetime | None) -> None:
    """Refuse a time that is not aware UTC; None passes.

    Raises:
        BadInput: a naive time, or one of another zone.
    """
    if value is not None and value.utcoffset() != timedelta(0):
        raise BadInput(f"{name}: wanted an aware UTC time, got {value!r}")
