"""How much at once: bytes of a request, and faces that are looked at."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BODY_TOO_LARGE, BUSY, IMAGE_TOO_LARGE, Problem, problem_response


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


class InferenceSlots:
    """A bound on requests that look at faces: beyond it a queue would only grow older than its decisions.

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
            raise Problem(BUSY, "too many requests are looking at faces now")
        try:
            yield
        finally:
            self._slots.release()
