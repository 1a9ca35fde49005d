"""Who asks: a key as bearer token, looked up at every request, so that a revoked one ends at once."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from api.problems import FORBIDDEN_PURPOSE, FORBIDDEN_SCOPE, UNAUTHENTICATED, Problem
from api.scopes import Scope
from pipelines.records.store import Store
from pipelines.records.values import ApiKey
from vision.errors import NotFound

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    description="`Authorization: Bearer cg_...`; scopes:\n\n" + "\n".join(f"- `{scope}`" for scope in Scope),
)


async def authenticate(request: Request, store: Store) -> ApiKey:
    """The key that the request came with.

    Raises:
        Problem: 401, none or one that is not valid.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(UNAUTHENTICATED, "wanted Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"})
    try:
        return await run_in_threadpool(store.keys.authenticate, token.strip())
    except NotFound as error:
        raise Problem(
            UNAUTHENTICATED,
            "the key is unknown, expired or revoked",
            {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        ) from error


async def caller(
    request: Request,
    wanted: SecurityScopes,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> ApiKey:
    """The key of this request, which has every scope that the route wants.

    Raises:
        Problem: 403, a scope is missing.
    """
    key: ApiKey = request.state.key  # `api.keyed_route` authenticated before the body was read
    require_scopes(key, *wanted.scopes)
    return key


def require_scopes(key: ApiKey, *scopes: str) -> None:
    """Refuse a key that lacks one of these scopes.

    Raises:
        Problem: 403, a scope is missing.
    """
    missing = [scope for scope in scopes if scope not in key.scopes]
    if missing:
        raise Problem(FORBIDDEN_SCOPE, f"wanted a key with {', '.join(missing)}")


def require_every_purpose(key: ApiKey) -> None:
    """Refuse a key of some purposes, for what concerns all of them at once.

    Raises:
        Problem: 403, the key was given some purposes only.
    """
    if not key.sees_every_purpose:
        raise Problem(FORBIDDEN_PURPOSE, "wanted a key of every purpose, for this concerns all of them")


SubjectReader = Annotated[ApiKey, Security(caller, scopes=[Scope.SUBJECTS_READ])]
SubjectWriter = Annotated[ApiKey, Security(caller, scopes=[Scope.SUBJECTS_WRITE])]
SubjectEraser = Annotated[ApiKey, Security(caller, scopes=[Scope.SUBJECTS_ERASE])]
Enroller = Annotated[ApiKey, Security(caller, scopes=[Scope.ENROLMENTS_WRITE])]
GalleryReader = Annotated[ApiKey, Security(caller, scopes=[Scope.GALLERIES_READ])]
GalleryWriter = Annotated[ApiKey, Security(caller, scopes=[Scope.GALLERIES_WRITE])]
GateReader = Annotated[ApiKey, Security(caller, scopes=[Scope.GATES_READ])]
GateWriter = Annotated[ApiKey, Security(caller, scopes=[Scope.GATES_WRITE])]
Decider = Annotated[ApiKey, Security(caller, scopes=[Scope.GATES_DECIDE])]
Opener = Annotated[ApiKey, Security(caller, scopes=[Scope.GATES_OPEN])]
DecisionReader = Annotated[ApiKey, Security(caller, scopes=[Scope.DECISIONS_READ])]
CameraReader = Annotated[ApiKey, Security(caller, scopes=[Scope.CAMERAS_READ])]
CameraWriter = Annotated[ApiKey, Security(caller, scopes=[Scope.CAMERAS_WRITE])]
PlateReader = Annotated[ApiKey, Security(caller, scopes=[Scope.PLATES_READ])]
ParkingReader = Annotated[ApiKey, Security(caller, scopes=[Scope.PARKING_READ])]
ParkingWriter = Annotated[ApiKey, Security(caller, scopes=[Scope.PARKING_WRITE])]
ParkingDecider = Annotated[ApiKey, Security(caller, scopes=[Scope.PARKING_DECIDE])]
ParkingOperator = Annotated[ApiKey, Security(caller, scopes=[Scope.PARKING_OPERATE])]
IncidentReporter = Annotated[ApiKey, Security(caller, scopes=[Scope.INCIDENTS_WRITE])]
CaseReader = Annotated[ApiKey, Security(caller, scopes=[Scope.CASES_READ])]
CaseOperator = Annotated[ApiKey, Security(caller, scopes=[Scope.CASES_OPERATE])]
CaseWitness = Annotated[ApiKey, Security(caller, scopes=[Scope.CASES_EVIDENCE])]
EventReader = Annotated[ApiKey, Security(caller, scopes=[Scope.EVENTS_READ])]
WebhookReader = Annotated[ApiKey, Security(caller, scopes=[Scope.WEBHOOKS_READ])]
WebhookWriter = Annotated[ApiKey, Security(caller, scopes=[Scope.WEBHOOKS_WRITE, Scope.EVENTS_READ])]


async def caller_of_every_purpose(key: Annotated[ApiKey, Security(caller)]) -> ApiKey:
    """As `caller`, for what concerns all purposes at once.

    Raises:
        Problem: 403, the key was given some purposes only.
    """
    require_every_purpose(key)
    return key


KeyAdmin = Annotated[ApiKey, Security(caller_of_every_purpose, scopes=[Scope.KEYS_ADMIN])]
PlateEraser = Annotated[ApiKey, Security(caller_of_every_purpose, scopes=[Scope.PARKING_ERASE])]
DeadLetterReader = Annotated[ApiKey, Security(caller_of_every_purpose, scopes=[Scope.DEAD_LETTERS_READ])]
DeadLetterReplayer = Annotated[ApiKey, Security(caller_of_every_purpose, scopes=[Scope.DEAD_LETTERS_REPLAY])]
Auditor = Annotated[ApiKey, Security(caller_of_every_purpose, scopes=[Scope.AUDIT_READ])]
