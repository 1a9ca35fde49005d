"""Plates for keys that may not see them in full: enough to tell two cars apart at a barrier, not to find a person."""

from api.scopes import Scope
from pipelines.records.values import ApiKey

HIDDEN = "•"
_SHOWN = 2
_LEAST_HIDDEN = 3


def masked(text: str) -> str:
    """The text with its middle hidden, as long as it is: `粤B12345` becomes `粤B•••45`.

    At most two characters are shown at either end, and at least three are hidden.
    """
    shown = max(0, len(text) - _LEAST_HIDDEN)
    head = min(_SHOWN, shown)
    tail = min(_SHOWN, shown - head)
    return text[:head] + HIDDEN * (len(text) - head - tail) + text[len(text) - tail :]


def sees_plates(key: ApiKey) -> bool:
    """Whether the key may see plates in full."""
    return Scope.PARKING_PLATES in key.scopes


def shown(text: str, key: ApiKey) -> str:
    """The text as the key may see it."""
    return text if sees_plates(key) else masked(text)
