"""Problems as RFC 9457 has them: every error answer of the API is one of these kinds."""

from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem.

    Attributes:
        name: the last part of `type`, stable.
        title: the same for every occurrence.
    """

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The problem's `type`."""
        return f"/problems/{self.name}"


INVALID_REQUEST = ProblemKind("invalid-request", 422, "The request does not fit the API's description")
INVALID_VALUE = ProblemKind("invalid-value", 422, "A value cannot be used")
BAD_REQUEST = ProblemKind("bad-request", 400, "The request cannot be read")
UNAUTHENTICATED = ProblemKind("unauthenticated", 401, "A valid API key is needed")
FORBIDDEN_SCOPE = ProblemKind("forbidden-scope", 403, "The API key does not have this scope")
FORBIDDEN_PURPOSE = ProblemKind("forbidden-purpose", 403, "The API key was not given this purpose")
NO_CONSENT = ProblemKind("no-consent", 403, "The subject has no valid consent for this purpose")
NOT_FOUND = ProblemKind("not-found", 404, "There is no such thing")
UNKNOWN_GATE = ProblemKind("unknown-gate", 404, "There is no such gate")
METHOD_NOT_ALLOWED = ProblemKind("method-not-allowed", 405, "This address does not know the method")
CONFLICT = ProblemKind("conflict", 409, "The record exists already or has changed")
BODY_TOO_LARGE = ProblemKind("body-too-large", 413, "The request has too many bytes")
IMAGE_TOO_LARGE = ProblemKind("image-too-large", 413, "The picture has too many bytes or pixels")
WRONG_MEDIA_TYPE = ProblemKind("unsupported-media-type", 415, "The content type is not one that is understood here")
NOT_AN_IMAGE = ProblemKind("not-an-image", 422, "The bytes are not a whole JPEG, PNG or WebP picture")
NO_FACE = ProblemKind("no-face", 422, "No face was found")
SEVERAL_FACES = ProblemKind("several-faces", 422, "More than one face was found")
NO_PLATE = ProblemKind("no-plate", 422, "No plate was read")
SEVERAL_PLATES = ProblemKind("several-plates", 422, "More than one plate was read")
POOR_QUALITY = ProblemKind("poor-quality", 422, "The face cannot be used")
UNCALIBRATED = ProblemKind("uncalibrated", 422, "No threshold can be stated for this false match rate")
CAMERA_UNUSABLE = ProblemKind("camera-unusable", 422, "The camera cannot be opened")
TOO_MANY_REQUESTS = ProblemKind("too-many-requests", 429, "Too many requests")
INTERNAL = ProblemKind("internal-error", 500, "Something broke; the log has it")
UNAVAILABLE = ProblemKind("unavailable", 503, "The service cannot answer now")
BUSY = ProblemKind("busy", 503, "Too many pictures are being looked at now")

OF_EVERY_ROUTE = (UNAUTHENTICATED, FORBIDDEN_SCOPE, INVALID_REQUEST, TOO_MANY_REQUESTS, UNAVAILABLE)
"""What a route behind a key may answer."""
OF_PICTURES = (IMAGE_TOO_LARGE, WRONG_MEDIA_TYPE, NOT_AN_IMAGE, BUSY)
"""What a route that takes pictures may answer."""
OF_FACES = (*OF_PICTURES, NO_FACE, SEVERAL_FACES, POOR_QUALITY, INVALID_VALUE, UNCALIBRATED)
"""What a route that takes pictures of faces may answer."""


class Problem(Exception):
    """Raised anywhere in the API, answered as `application/problem+json`."""

    def __init__(self, kind: ProblemKind, detail: str, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(f"{kind.name}: {detail}")
        self.kind = kind
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra


class ProblemBody(BaseModel):
    """The body of every error answer; some kinds add members, such as `errors` or `reasons`."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str


async def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """The answer that tells of `problem`; 429 and 503 say when to come back."""
    kind = problem.kind
    body = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "instance": request.url.path,
        **problem.extra,
    }
    retry = {"Retry-After": str(RETRY_AFTER_S)} if kind.status in (429, 503) else {}
    return JSONResponse(body, kind.status, headers=retry | problem.headers, media_type=MEDIA_TYPE)


def documented(*kinds: ProblemKind) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these kinds, beside those that every route may."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for kind in dict.fromkeys((*OF_EVERY_ROUTE, *kinds)):
        entry = by_status.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: {"examples": {}}}})
        entry["description"] = " / ".join(filter(None, [entry["description"], kind.title]))
        entry["content"][MEDIA_TYPE]["schema"] = {"$ref": "#/components/schemas/ProblemBody"}
        entry["content"][MEDIA_TYPE]["examples"][kind.name] = {"value": _example(kind)}
    return by_status


def documented_post(*kinds: ProblemKind) -> dict[int | str, dict[str, Any]]:
    """As `documented`, for a route that reads a body and obeys an Idempotency-Key."""
    return documented(BAD_REQUEST, CONFLICT, BODY_TOO_LARGE, WRONG_MEDIA_TYPE, *kinds)


def _example(kind: ProblemKind) -> dict[str, Any]:
    return {"type": kind.type, "title": kind.title, "status": kind.status, "detail": kind.title, "instance": "/v1/..."}
