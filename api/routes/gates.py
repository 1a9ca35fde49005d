"""Gates and their barriers."""

from fastapi import APIRouter

from api.auth import GateReader, GateWriter, Opener
from api.keyed_route import ONCE, KeyedRoute
from api.problems import (
    CONFLICT,
    FORBIDDEN_PURPOSE,
    INVALID_VALUE,
    NOT_FOUND,
    UNCALIBRATED,
    UNKNOWN_GATE,
    documented,
    documented_post,
)
from api.schemas.common import Listing, PageParts, listing
from api.schemas.gates import BarrierCommandOut, GateIn, GateOut, OpenIn
from api.site import SiteDep
from api.visible import visible_gallery, visible_gate

router = APIRouter(prefix="/v1/gates", tags=["gates"], route_class=KeyedRoute)


@router.post(
    "",
    status_code=201,
    responses=documented_post(NOT_FOUND, FORBIDDEN_PURPOSE, INVALID_VALUE, UNCALIBRATED),
    dependencies=ONCE,
)
def add_gate(gate: GateIn, site: SiteDep, key: GateWriter) -> GateOut:
    """Add a gate; refused when no threshold can be stated for its target."""
    visible_gallery(site.store, key, gate.gallery)
    if gate.camera is not None:
        site.assembly.cameras.get(gate.camera, key)
    record = gate.record(site.assembly.clock())
    site.assembly.gates.check_gate(record)
    return GateOut.of(site.store.gates.create(record, actor=key.id))


@router.get("", responses=documented())
def list_gates(site: SiteDep, key: GateReader, part: PageParts) -> Listing[GateOut]:
    """The gates of the key's purposes."""
    return listing(site.store.gates.list(part.cursor, part.limit, key), GateOut.of)


@router.get("/{gate_id}", responses=documented(UNKNOWN_GATE, FORBIDDEN_PURPOSE))
def get_gate(gate_id: str, site: SiteDep, key: GateReader) -> GateOut:
    """One gate; its barrier without secrets."""
    return GateOut.of(visible_gate(site.store, key, gate_id))


@router.delete("/{gate_id}", status_code=204, responses=documented(UNKNOWN_GATE, FORBIDDEN_PURPOSE, CONFLICT))
def delete_gate(gate_id: str, site: SiteDep, key: GateWriter) -> None:
    """Delete a gate; refused while a camera names it. Its decisions stay until their time is up."""
    visible_gate(site.store, key, gate_id)
    site.store.gates.delete(gate_id, actor=key.id)
    site.assembly.gates.barriers.forget(gate_id)


@router.post(
    "/{gate_id}/open",
    status_code=201,
    responses=documented_post(UNKNOWN_GATE, FORBIDDEN_PURPOSE, INVALID_VALUE),
    dependencies=ONCE,
)
def open_gate(gate_id: str, opening: OpenIn, site: SiteDep, key: Opener) -> BarrierCommandOut:
    """Open a gate by hand, audited; the answer says what the barrier did."""
    gate = visible_gate(site.store, key, gate_id)
    command = site.assembly.gates.barriers.open_manually(gate, actor=key.id, reason=opening.reason)
    return BarrierCommandOut.model_validate(command)


@router.get("/{gate_id}/commands", responses=documented(UNKNOWN_GATE, FORBIDDEN_PURPOSE))
def list_commands(gate_id: str, site: SiteDep, key: GateReader, part: PageParts) -> Listing[BarrierCommandOut]:
    """What the gate's barrier was told, newest first."""
    visible_gate(site.store, key, gate_id)
    page = site.store.barriers.list(gate_id, part.cursor, part.limit)
    return listing(page, BarrierCommandOut.model_validate)
