"""Where and how a process that runs by itself writes its log."""

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TELL_ADDRESSES = ("httpx", "httpcore")
"""Libraries that write at INFO and below where they go: a barrier's or a webhook's address may hold its secret."""


def write_log() -> None:
    """Write to the standard error from INFO on, and nothing of where requests go."""
    logging.basicConfig(level=logging.INFO, format=_FORMAT)
    for name in _TELL_ADDRESSES:
        logging.getLogger(name).setLevel(logging.WARNING)
