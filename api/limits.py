"""How much at once: bytes of a request, requests of a key, and pictures that are looked at."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BODY_TOO_LARGE, BUSY, IMAGE_TOO_LARGE, TOO_MANY_REQUESTS, Problem, problem_response


class BodyLimit:
    """Refuses larger bodies, by their announced length or while they come in; nothing larger is kept in memory.

    Args:
        app: sees only bodies that fit.
        max_bytes: of a whole request.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if _announced(request.headers) > self._max_bytes:
            # The bytes are on their way and nobody will read them: the connection must end.
            response = await problem_response(request, self._refusal(request.headers))
            await response(scope, receive, send)
            return
        await self._app(scope, self._counting(receive, request.headers), send)

    def _counting(self, receive: Receive, headers: Headers) -> Receive:
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise self._refusal(headers)
            return message

        return receive_within_limit

    def _refusal(self, headers: Headers) -> Problem:
        pictures = headers.get("Content-Type", "").startswith("multipart/")
        kind = IMAGE_TOO_LARGE if pictures else BODY_TOO_LARGE
        return Problem(kind, f"wanted at most {self._max_bytes} bytes in a request", {"Connection": "close"})


def _announced(headers: Headers) -> int:
    length = headers.get("Content-Length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


class RateLimit:
    """A bucket of requests for each key, filled up again all the time. For one thread: the event loop's.

    Args:
        per_minute: how much a bucket holds, and how much comes in a minute; None: no limit.
        monotonic: seconds.
    """

    def __init__(self, per_minute: int | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key_id: str) -> None:
        """Take one request out of the key's bucket.

        Raises:
            Problem: 429, it is empty; `Retry-After` says for how long.
        """
        if self._per_minute is None:
            return
        now = self._monotonic()
        left, since = self._buckets.get(key_id, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
        if left < 1:
            wait_s = math.ceil((1 - left) * 60 / self._per_minute)
            raise Problem(
                TOO_MANY_REQUESTS,
                f"wanted at most {self._per_minute} requests a minute with one key",
                {"Retry-After": str(wait_s)},
            )
        self._buckets[key_id] = (left - 1, now)


class InferenceSlots:
    """A bound on requests that look at pictures: beyond it a queue would only grow older than its decisions.

    Args:
        count: of requests at once, those included that wait for a core.
    """

    def __init__(self, count: int) -> None:
        self._slots = threading.BoundedSemaphore(count)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot.

        Raises:
            Problem: 503, none is free.
        """
        if not self._slots.acquire(blocking=False):
            raise Problem(BUSY, "too many requests are looking at pictures now")
        try:
            yield
        finally:
            self._slots.release()
