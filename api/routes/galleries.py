"""Sets of enrolled persons."""

from fastapi import APIRouter

from api.auth import GalleryReader, GalleryWriter
from api.keyed_route import ONCE, KeyedRoute
from api.problems import CONFLICT, FORBIDDEN_PURPOSE, INVALID_VALUE, NOT_FOUND, documented, documented_post
from api.schemas.common import Listing, PageParts, listing
from api.schemas.galleries import GalleryIn, GalleryOut
from api.site import SiteDep
from api.visible import visible_gallery

router = APIRouter(prefix="/v1/galleries", tags=["galleries"], route_class=KeyedRoute)


@router.post("", status_code=201, responses=documented_post(FORBIDDEN_PURPOSE, INVALID_VALUE), dependencies=ONCE)
def add_gallery(gallery: GalleryIn, site: SiteDep, key: GalleryWriter) -> GalleryOut:
    """Add a gallery for one of the key's purposes."""
    key.require_purpose(gallery.purpose)
    made = site.store.galleries.create(
        gallery.id,
        purpose=gallery.purpose,
        title=gallery.title,
        expires_at=gallery.expires_at,
        keep_photographs=gallery.keep_photographs,
        actor=key.id,
    )
    return GalleryOut.model_validate(made)


@router.get("", responses=documented())
def list_galleries(site: SiteDep, key: GalleryReader, part: PageParts) -> Listing[GalleryOut]:
    """The galleries of the key's purposes."""
    return listing(site.store.galleries.list(part.cursor, part.limit, key), GalleryOut.model_validate)


@router.get("/{gallery_id}", responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE))
def get_gallery(gallery_id: str, site: SiteDep, key: GalleryReader) -> GalleryOut:
    """One gallery."""
    return GalleryOut.model_validate(visible_gallery(site.store, key, gallery_id))


@router.delete("/{gallery_id}", status_code=204, responses=documented(NOT_FOUND, FORBIDDEN_PURPOSE, CONFLICT))
def delete_gallery(gallery_id: str, site: SiteDep, key: GalleryWriter) -> None:
    """Delete a gallery with its templates and photographs; refused while a gate uses it."""
    visible_gallery(site.store, key, gallery_id)
    site.store.galleries.delete(gallery_id, actor=key.id)
