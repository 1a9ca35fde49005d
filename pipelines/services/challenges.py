"""Which way to turn the head: asked once, at random, for one gate, for a short time."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vision.challenge import Action

ACTIONS: tuple[Action, ...] = ("turn_left", "turn_right")
TURNS = 2
MOST_OPEN = 10_000
"""Of challenges that nobody answered yet; beyond it the oldest ones are dropped."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a person is asked to do, beginning with a frontal look.

    Attributes:
        actions: in their order; left and right are the person's own.
        issued_at, expires_at: aware UTC.
    """

    id: str
    gate_id: str
    actions: tuple[Action, ...]
    issued_at: datetime
    expires_at: datetime


class Challenges:
    """The open challenges of this process; they do not outlive it.

    Args:
        clock: the time, aware UTC.
        valid_for_s: how long an answer is waited for.
    """

    def __init__(self, clock: Callable[[], datetime], valid_for_s: float = 30.0) -> None:
        self._clock = clock
        self._valid_for = timedelta(seconds=valid_for_s)
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Challenge] = OrderedDict()

    def issue(self, gate_id: str) -> Challenge:
        """A new challenge with turns that nobody can foresee."""
        actions = tuple(secrets.choice(ACTIONS) for _ in range(TURNS))
        now = self._clock()
        challenge = Challenge(f"chl_{secrets.token_hex(16)}", gate_id, actions, now, now + self._valid_for)
        with self._lock:
            self._open[challenge.id] = challenge
            if len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
        return challenge

    def issued_at(self, challenge_id: str) -> datetime | None:
        """When an open challenge was given; None when it is not open."""
        with self._lock:
            challenge = self._open.get(challenge_id)
        return None if challenge is None else challenge.issued_at

    def take(self, challenge_id: str, gate_id: str) -> Challenge | None:
        """The challenge, which is used up by this; None when there is none of that id for the gate, or no more."""
        with self._lock:
            challenge = self._open.pop(challenge_id, None)
        if challenge is None or challenge.gate_id != gate_id or self._clock() >= challenge.expires_at:
            return None
        return challenge
