"""Tells the threads of this process that there are new events."""

import threading


class EventFeed:
    """The number of the newest event, to be waited on.

    Other processes on the same database are not heard: whoever waits here reads the log again after a time-out too.
    """

    def __init__(self, latest_seq: int) -> None:
        self._latest = latest_seq
        self._changed = threading.Condition()

    @property
    def latest_seq(self) -> int:
        """The newest event that this process stored or found; 0 when there is none."""
        return self._latest

    def announce(self, seq: int) -> None:
        """Wake everyone who waits for this event."""
        with self._changed:
            self._latest = max(self._latest, seq)
            self._changed.notify_all()

    def wait(self, after_seq: int, timeout_s: float) -> int:
        """The newest event's number, as soon as it is more than `after_seq`, or what it is after `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._latest > after_seq, timeout_s)
            return self._latest
