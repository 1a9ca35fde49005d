"""From errors to problems: one table for the error tree, one handler each for what frameworks raise."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api import problems
from api.problems import Problem, ProblemKind, problem_response
from vision import errors
from vision.errors import CitygateError, PoorQuality

logger = logging.getLogger(__name__)

KINDS: dict[type[CitygateError], ProblemKind] = {
    errors.BadInput: problems.INVALID_VALUE,
    errors.NotAnImage: problems.NOT_AN_IMAGE,
    errors.ImageTooLarge: problems.IMAGE_TOO_LARGE,
    errors.NoFace: problems.NO_FACE,
    errors.SeveralFaces: problems.SEVERAL_FACES,
    errors.NoPlate: problems.NO_PLATE,
    errors.SeveralPlates: problems.SEVERAL_PLATES,
    errors.PoorQuality: problems.POOR_QUALITY,
    errors.Uncalibrated: problems.UNCALIBRATED,
    errors.NotFound: problems.NOT_FOUND,
    errors.Conflict: problems.CONFLICT,
    errors.NoConsent: problems.NO_CONSENT,
    errors.ForbiddenPurpose: problems.FORBIDDEN_PURPOSE,
    errors.StoreReplaced: problems.UNAVAILABLE,
    errors.SourceError: problems.CAMERA_UNUSABLE,
    errors.DeliveryError: problems.UNAVAILABLE,
}
"""What is not listed, nor below something that is, is our own fault: an internal error."""

_BY_STATUS = {
    kind.status: kind
    for kind in (
        problems.BAD_REQUEST,
        problems.NOT_FOUND,
        problems.METHOD_NOT_ALLOWED,
        problems.BODY_TOO_LARGE,
        problems.WRONG_MEDIA_TYPE,
    )
}


def answer_errors(app: FastAPI) -> None:
    """Have every error of `app` answered as a problem."""
    app.exception_handler(Problem)(problem_response)
    for error_class in KINDS:
        app.exception_handler(error_class)(_citygate_error)
    app.exception_handler(RequestValidationError)(_validation_error)
    app.exception_handler(HTTPException)(_http_exception)
    app.exception_handler(OperationalError)(_store_away)
    # Starlette raises it once more after this answer, so that the server logs it.
    app.exception_handler(Exception)(_unexpected)


def kind_of(error: CitygateError) -> ProblemKind:
    """The kind of the nearest class that the table lists."""
    return next(KINDS[ancestor] for ancestor in type(error).__mro__ if ancestor in KINDS)


async def _citygate_error(request: Request, error: CitygateError) -> JSONResponse:
    extra: dict[str, Any] = {"reasons": list(error.reasons)} if isinstance(error, PoorQuality) else {}
    return await problem_response(request, Problem(kind_of(error), str(error), **extra))


async def _validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    # Without the values: a name or a key that was refused must not turn up wherever answers are logged.
    faults = [{"at": [str(part) for part in fault["loc"]], "message": fault["msg"]} for fault in error.errors()]
    detail = "; ".join(f"{'.'.join(fault['at'])}: {fault['message']}" for fault in faults)
    return await problem_response(request, Problem(problems.INVALID_REQUEST, detail, errors=faults))


async def _http_exception(request: Request, error: HTTPException) -> JSONResponse:
    kind = _BY_STATUS.get(error.status_code, problems.INTERNAL)
    headers = _allowed(request) if kind is problems.METHOD_NOT_ALLOWED else error.headers
    return await problem_response(request, Problem(kind, str(error.detail), dict(headers or {})))


def _allowed(request: Request) -> dict[str, str]:
    """All methods of the address; Starlette names those of one of its routes only."""
    path = getattr(request.scope.get("route"), "path", None)
    methods = request.app.openapi()["paths"].get(path, {"get": {}})
    return {"Allow": ", ".join(sorted(method.upper() for method in methods))}


async def _store_away(request: Request, error: OperationalError) -> JSONResponse:
    logger.error("the database did not answer %s: %s", request.url.path, type(error.orig).__name__)
    return await problem_response(request, Problem(problems.UNAVAILABLE, "the records cannot be reached now"))


async def _unexpected(request: Request, _error: Exception) -> JSONResponse:
    return await problem_response(request, Problem(problems.INTERNAL, "the request was not carried out"))
