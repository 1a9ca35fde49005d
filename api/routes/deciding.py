"""Asking a gate: is it this person, or who is it?"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from api import problems
from api.auth import Decider
from api.keyed_route import ONCE, KeyedRoute
from api.problems import INVALID_REQUEST, Problem, documented_post
from api.schemas.decisions import DecisionAnswer, IdentifyFields, VerifyFields
from api.schemas.gates import ChallengeOut
from api.site import Site, SiteDep
from api.uploads import Submission, submission_body, submission_of
from api.visible import visible_gate
from pipelines.records.gate_values import Gate
from pipelines.records.values import ApiKey
from vision.types import FaceObservation

router = APIRouter(prefix="/v1/gates/{gate_id}", tags=["decisions"], route_class=KeyedRoute)

MOST_PICTURES = 20
"""Of one decision: a challenge is answered with a picture for every phase of two turns of the head."""

VerifySubmission = Annotated[Submission[VerifyFields], Depends(submission_of(VerifyFields, MOST_PICTURES))]
IdentifySubmission = Annotated[Submission[IdentifyFields], Depends(submission_of(IdentifyFields, MOST_PICTURES))]

RESPONSES = documented_post(
    problems.UNKNOWN_GATE,
    problems.NOT_FOUND,
    problems.FORBIDDEN_PURPOSE,
    *problems.OF_FACES,
)


@router.post(
    "/verify",
    responses=RESPONSES,
    openapi_extra=submission_body(VerifyFields, MOST_PICTURES),
    dependencies=ONCE,
)
def verify(gate_id: str, key: Decider, submission: VerifySubmission, site: SiteDep) -> DecisionAnswer:
    """Is it that person? Several pictures must show one person, in their order.

    Every decision is a 200, `unknown` too; only what cannot be decided on at all is a problem.
    """
    fields = submission.fields
    gate = visible_gate(site.store, key, gate_id)
    camera_id = _camera(gate, submission)
    with site.slots.one():
        observations = _observations(site, key, submission, camera_id)
        decision = site.assembly.gates.verify(
            gate_id, fields.subject_id, observations, fields.challenge_id, fields.camera
        )
    return DecisionAnswer.of(decision)


@router.post(
    "/identify",
    responses=RESPONSES,
    openapi_extra=submission_body(IdentifyFields, MOST_PICTURES),
    dependencies=ONCE,
)
def identify(gate_id: str, key: Decider, submission: IdentifySubmission, site: SiteDep) -> DecisionAnswer:
    """Who of the gate's gallery is it? `unknown` is a normal answer. Else as `verify`."""
    fields = submission.fields
    gate = visible_gate(site.store, key, gate_id)
    camera_id = _camera(gate, submission)
    with site.slots.one():
        observations = _observations(site, key, submission, camera_id)
        decision = site.assembly.gates.identify(gate_id, observations, fields.challenge_id, camera_id)
    return DecisionAnswer.of(decision)


@router.post(
    "/challenges",
    status_code=201,
    responses=documented_post(problems.UNKNOWN_GATE, problems.FORBIDDEN_PURPOSE),
    dependencies=ONCE,
)
def issue_challenge(gate_id: str, site: SiteDep, key: Decider) -> ChallengeOut:
    """What the person is to do for a gate with liveness `challenge`; good for one decision, for half a minute."""
    visible_gate(site.store, key, gate_id)
    return ChallengeOut.model_validate(site.assembly.gates.challenges.issue(gate_id))


def _camera(gate: Gate, submission: Submission[IdentifyFields]) -> str | None:
    """The camera to look at; None for pictures. Without either it is the gate's own.

    Raises:
        Problem: 422, pictures and a camera, or neither.
    """
    given = submission.fields.camera
    if submission.pictures and given is None:
        return None
    camera_id = given or gate.camera_id
    if camera_id is None or submission.pictures:
        raise Problem(INVALID_REQUEST, "wanted either a part `image` for each picture or `camera`")
    return camera_id


def _observations(
    site: Site, key: ApiKey, submission: Submission[IdentifyFields], camera_id: str | None
) -> Sequence[FaceObservation]:
    """The faces of the pictures, or of the camera's current track.

    Raises:
        Problem: 422, nobody stands before the camera.
    """
    if camera_id is None:
        images = submission.images(site.settings.upload_max_pixels)
        return [site.assembly.gates.observe_picture(image) for image in images]
    site.assembly.cameras.get(camera_id, key)
    challenge_id = submission.fields.challenge_id
    since = site.assembly.gates.challenges.issued_at(challenge_id) if challenge_id else None
    track = site.assembly.cameras.current_track(camera_id, since)
    if not track:
        raise Problem(problems.NO_FACE, f"nobody stands before camera {camera_id} now")
    return track
