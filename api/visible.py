"""What a key may see of what it names: unknown things are 404, those of other purposes 403."""

from contextlib import suppress

from api.problems import UNKNOWN_GATE, Problem
from pipelines.parking.places import Lot
from pipelines.records.gate_values import Gate
from pipelines.records.outlet_values import Outlet
from pipelines.records.store import Store
from pipelines.records.values import ApiKey, Gallery
from vision.errors import ForbiddenPurpose, NotFound


def visible_gallery(store: Store, key: ApiKey, gallery_id: str) -> Gallery:
    """The gallery, which is for one of the key's purposes.

    Raises:
        NotFound: there is none.
        ForbiddenPurpose: it is for another purpose.
    """
    gallery = store.galleries.get(gallery_id)
    key.require_purpose(gallery.purpose)
    return gallery


def visible_lot(store: Store, key: ApiKey, lot_id: str) -> Lot:
    """The parking lot, which is for one of the key's purposes.

    Raises:
        NotFound: there is none.
        ForbiddenPurpose: it is for another purpose.
    """
    lot = store.parking.lots.get(lot_id)
    key.require_purpose(lot.purpose)
    return lot


def visible_webhook(store: Store, key: ApiKey, webhook_id: str) -> Outlet:
    """The webhook, which sees no more than the key may.

    Raises:
        NotFound: there is none.
        ForbiddenPurpose: it sees other purposes, too.
    """
    outlet = store.outlets.get(webhook_id)
    if outlet.kind != "webhook":
        raise NotFound(f"no outlet {webhook_id}")
    for purpose in outlet.wanted.purposes:
        key.require_purpose(purpose)
    return outlet


def visible_gate(store: Store, key: ApiKey, gate_id: str) -> Gate:
    """The gate, which compares with a gallery for one of the key's purposes.

    Raises:
        Problem: 404, there is none.
        ForbiddenPurpose: it is for another purpose.
    """
    with suppress(NotFound):
        return store.gates.get(gate_id, key)
    try:
        gate = store.gates.get(gate_id)
    except NotFound as error:
        raise Problem(UNKNOWN_GATE, str(error)) from error
    raise ForbiddenPurpose(f"gate {gate.id}: is for a purpose that the key was not given")
