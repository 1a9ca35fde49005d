"""Routes behind a key: who asks is known before the body is read, and a POST with an Idempotency-Key is done once."""

import hashlib
import re
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Annotated, Any

import anyio
from fastapi import Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from api.auth import authenticate
from api.problems import INVALID_REQUEST, WRONG_MEDIA_TYPE, Problem
from api.site import Site
from pipelines.records.idempotency import Idempotency
from pipelines.records.values import Answer, ApiKey, Claim

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def _idempotency_key(
    _key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="a repeat with the same key gets the first answer again, with `Idempotency-Replayed: true`",
        ),
    ] = None,
) -> None:
    """Describes the header; `KeyedRoute` obeys it."""


ONCE = [Depends(_idempotency_key)]
"""The `dependencies` of a route that makes something; of others nothing is kept."""

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_SUBJECT = re.compile(rb'"(sub_[0-9a-f]{32})"')


class KeyedRoute(APIRoute):
    """Authenticates, reads the body, and replays what an Idempotency-Key was answered before."""

    def get_route_handler(self) -> Handler:
        """As FastAPI's, with the above around it."""
        handle = super().get_route_handler()
        wants_json = self.body_field is not None
        makes_something = ONCE[0] in self.dependencies

        async def answer(request: Request) -> Response:
            site: Site = request.app.state.site
            key = request.state.key = await authenticate(request, site.store)
            site.rate.take(key.id)
            body = await request.body()
            if wants_json and body and media_type(request) != "application/json":
                raise Problem(WRONG_MEDIA_TYPE, "wanted application/json")
            if not makes_something or "Idempotency-Key" not in request.headers:
                return await handle(request)
            return await _answer_once(request, key, site.store.idempotency, handle)

        return answer


def media_type(request: Request) -> str:
    """The request's content type without parameters; empty when it names none."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


async def _answer_once(request: Request, key: ApiKey, idempotency: Idempotency, handle: Handler) -> Response:
    given = request.headers["Idempotency-Key"]
    if IDEMPOTENCY_KEY.fullmatch(given) is None:
        raise Problem(INVALID_REQUEST, "Idempotency-Key: wanted 1 to 255 visible ASCII characters")
    claim = await run_in_threadpool(idempotency.begin, key.id, given, await _fingerprint(request))
    if isinstance(claim, Answer):
        return Response(claim.body, claim.status, {"Idempotency-Replayed": "true"}, claim.content_type)
    try:
        response = await handle(request)
    except BaseException:
        await _abandon(idempotency, claim)
        raise
    answer = Answer(response.status_code, response.headers.get("Content-Type", ""), bytes(response.body))
    await run_in_threadpool(idempotency.finish, claim, answer, _subject_of(answer))
    return response


async def _abandon(idempotency: Idempotency, claim: Claim) -> None:
    # Also when the server is going down: otherwise the same request were refused for a minute.
    with anyio.CancelScope(shield=True):
        await run_in_threadpool(idempotency.abandon, claim)


async def _fingerprint(request: Request) -> str:
    """The same for the same request, also when a client chose another multipart boundary for the repeat."""
    body = await request.body()
    header = Message()
    header["Content-Type"] = request.headers.get("Content-Type", "")
    boundary = header.get_boundary()
    if boundary:
        body = body.replace(boundary.encode("latin-1"), b"")
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(body)
    return digest.hexdigest()


def _subject_of(answer: Answer) -> str | None:
    """Whom the answer is about, so that erasing the subject erases the answer; no answer is about two."""
    found = _SUBJECT.search(answer.body)
    return found.group(1).decode() if found else None
