"""API keys; for keys of every purpose only."""

from fastapi import APIRouter

from api.auth import KeyAdmin
from api.keyed_route import ONCE, KeyedRoute
from api.problems import (
    FORBIDDEN_PURPOSE,
    FORBIDDEN_SCOPE,
    INVALID_VALUE,
    NOT_FOUND,
    Problem,
    documented,
    documented_post,
)
from api.schemas.common import Listing, PageParts, listing
from api.schemas.keys import KeyIn, KeyOut, NewKeyOut
from api.site import SiteDep

router = APIRouter(prefix="/v1/keys", tags=["keys"], route_class=KeyedRoute)


@router.post("", status_code=201, responses=documented_post(FORBIDDEN_PURPOSE, INVALID_VALUE), dependencies=ONCE)
def add_key(key: KeyIn, site: SiteDep, maker: KeyAdmin) -> NewKeyOut:
    """Make a key; its secret is shown this once. Nobody gives scopes that they do not have."""
    beyond = [scope for scope in key.scopes if scope not in maker.scopes]
    if beyond:
        raise Problem(FORBIDDEN_SCOPE, f"wanted scopes of the key that makes it, got {', '.join(beyond)}")
    made, secret = site.store.keys.create(key.name, key.scopes, key.purposes, key.expires_at, actor=maker.id)
    return NewKeyOut.of(made, secret)


@router.get("", responses=documented(FORBIDDEN_PURPOSE))
def list_keys(site: SiteDep, _key: KeyAdmin, part: PageParts) -> Listing[KeyOut]:
    """All keys, expired and revoked ones too."""
    return listing(site.store.keys.list(part.cursor, part.limit), KeyOut.model_validate)


@router.delete("/{key_id}", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def revoke_key(key_id: str, site: SiteDep, key: KeyAdmin) -> KeyOut:
    """End a key now; its next request is refused, and its event streams end."""
    return KeyOut.model_validate(site.store.keys.revoke(key_id, actor=key.id))
