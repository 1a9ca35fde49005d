"""Wakes the event streams of this process, however many there are, with one waiting thread."""

import asyncio

import anyio
from anyio import to_thread

from pipelines.records.feed import EventFeed

POLL_S = 1.0
"""Streams look into the log at least so often: events of other processes on the same database wake nobody."""


class EventSignal:
    """A wake-up for everyone who waits, at every new event and every `POLL_S`.

    Args:
        feed: tells of the events of this process.
    """

    def __init__(self, feed: EventFeed) -> None:
        self._feed = feed
        self._next = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """Is set at the next wake-up; taken before the log is read, it misses no event."""
        return self._next

    async def run(self) -> None:
        """Wake until cancelled."""
        # A thread of its own: waiting must not take one from those that answer requests.
        limiter = anyio.CapacityLimiter(1)
        latest = self._feed.latest_seq
        while True:
            latest = await to_thread.run_sync(self._feed.wait, latest, POLL_S, limiter=limiter, abandon_on_cancel=True)
            woken, self._next = self._next, asyncio.Event()
            woken.set()
