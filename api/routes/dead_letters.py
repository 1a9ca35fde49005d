"""Records that could not be stored: seen, and replayed when what refused them was put right."""

from fastapi import APIRouter

from api.auth import DeadLetterReader, DeadLetterReplayer
from api.keyed_route import ONCE, KeyedRoute
from api.problems import INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.schemas.common import Listing, PageParts, listing
from api.schemas.dead_letters import DeadLetterOut, ReplayOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/dead-letters", tags=["events"], route_class=KeyedRoute)


@router.get("", responses=documented(INVALID_VALUE))
def list_dead_letters(site: SiteDep, _key: DeadLetterReader, part: PageParts) -> Listing[DeadLetterOut]:
    """The dead letters, newest first."""
    return listing(site.store.dead_letters.list(part.cursor, part.limit), DeadLetterOut.model_validate)


@router.post("/{dead_letter_id}/replay", status_code=201, responses=documented_post(NOT_FOUND), dependencies=ONCE)
def replay_dead_letter(dead_letter_id: str, site: SiteDep, key: DeadLetterReplayer) -> ReplayOut:
    """Store the record after all; one that is refused still is a 409 that says why, and stays. Audited."""
    dead = site.store.dead_letters.get(dead_letter_id)
    return ReplayOut(letter_id=dead.letter_id, new=site.assembly.sink.replay(dead, actor=key.id))
