"""How often, how long and in what rhythm outlets try."""

from dataclasses import dataclass
from random import Random

JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Pace:
    """The rhythm of all outlets of one process; seconds, measured by the monotonic clock.

    Attributes:
        poll_s: events of other processes and changes of outlets are found at least so often.
        save_s: a cursor that moved over events of others is kept so often.
        lease_s: the outlets of a process that died go on in another after so long.
        first_wait_s, longest_wait_s: after a failed try; doubled from failure to failure.
        aside_after: a refused event is set aside at this try, and the next ones go on.
        aside_busy_after: the same where the receiver was busy, which seldom is the event's fault: after an hour or so.
        aside_look_s: whether a set-aside event is due, or was replayed, is looked up so often.
        aside_first_s, aside_longest_s: before a set-aside event is tried again; tripled from try to try.
        dead_after: tries, after which a set-aside event is dead. With these figures about 7 hours.
        disable_after: failures in a row, after which nothing is sent any more: one in five minutes for five days.
            Counted and not timed, for a clock may be set.
        batch: events read from the log at once.
    """

    poll_s: float = 1.0
    save_s: float = 5.0
    lease_s: float = 10.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 300.0
    aside_after: int = 3
    aside_busy_after: int = 20
    aside_look_s: float = 2.0
    aside_first_s: float = 10.0
    aside_longest_s: float = 3600.0
    dead_after: int = 15
    disable_after: int = 1440
    batch: int = 50

    def wait_s(self, failures: int, random: Random, asked_s: float | None = None) -> float:
        """Before the next try after so many failures; never sooner than the receiver asked, within the longest."""
        wait_s = _grown(self.first_wait_s, 2, failures, self.longest_wait_s, random)
        return max(wait_s, min(asked_s or 0.0, self.longest_wait_s))

    def aside_wait_s(self, tries: int, random: Random) -> float:
        """Before a set-aside event is tried again."""
        return _grown(self.aside_first_s, 3, tries, self.aside_longest_s, random)


def _grown(first_s: float, factor: int, times: int, longest_s: float, random: Random) -> float:
    # Not from 2 ** 1000: a float ends at 2 ** 1023.
    grown_s = first_s * float(factor ** min(max(times - 1, 0), 40))
    return min(grown_s, longest_s) * random.uniform(1 - JITTER, 1 + JITTER)
