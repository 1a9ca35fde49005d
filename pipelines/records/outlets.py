"""Who is told of events: webhooks that people make, and the one publisher that the settings name."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipelines.events import EventKind
from pipelines.records.backing import Backing
from pipelines.records.outlet_tables import DeliveryRow, OutletRow
from pipelines.records.outlet_values import (
    DisabledWord,
    Outlet,
    OutletKind,
    OutletStatus,
    Progress,
    Target,
    Wanted,
)
from pipelines.records.paging import Part, read_page
from pipelines.records.tables import ApiKeyRow, EventRow
from pipelines.records.values import ApiKey, AuditNote, Page
from pipelines.records.vault import Vault
from vision.errors import Conflict, NotFound

MQTT = "mqtt"
"""The id of the outlet that the settings name."""


class Outlets:
    """The outlets of one store; a viewer sees those that see no more than itself."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(self, outlet: Outlet, *, actor: str) -> Outlet:
        """Keep a new outlet; it is told of what is stored from now on, whatever its cursor says.

        Raises:
            Conflict: there is an outlet with this id.
        """
        note = AuditNote(actor, f"{outlet.kind}.created", outlet.id, _told(outlet))
        with self._backing.database.writing() as transaction:
            session = transaction.session
            if session.scalar(select(OutletRow.seq).where(OutletRow.id == outlet.id)) is not None:
                raise Conflict(f"outlet {outlet.id}: exists already")
            latest = session.scalar(select(func.max(EventRow.seq))) or 0
            row = OutletRow(id=outlet.id, kind=outlet.kind, created_by=outlet.created_by, created_at=outlet.created_at)
            _write(row, outlet, self._backing.vault)
            _write_progress(row, Progress(cursor=latest))
            session.add(row)
            self._backing.audit.write(transaction, note)
            session.flush()
            return self._outlet(session, row)

    def get(self, outlet_id: str, viewer: ApiKey | None = None) -> Outlet:
        """One outlet.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            outlet = self._outlet(session, _row(session, outlet_id))
        if not _visible(outlet, viewer):
            raise NotFound(f"no outlet {outlet_id}")
        return outlet

    def list(
        self,
        cursor: str | None = None,
        limit: int = 100,
        viewer: ApiKey | None = None,
        kind: OutletKind | None = None,
    ) -> Page[Outlet]:
        """The outlets, oldest first; a part may be shorter than its limit."""
        statement = select(OutletRow) if kind is None else select(OutletRow).where(OutletRow.kind == kind)
        with self._backing.database.reading() as session:
            page = read_page(session, statement, OutletRow, Part(cursor, limit), partial(self._outlet, session))
        return Page(tuple(outlet for outlet in page.items if _visible(outlet, viewer)), page.next)

    def change(self, outlet_id: str, change: Callable[[Outlet], Outlet], *, actor: str, action: str) -> Outlet:
        """Make the outlet another: title, target, filter, key, and whether it is disabled.

        What was tried before is forgotten, and trying begins anew; its cursor stays.

        Raises:
            NotFound: no such outlet.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            row = _row(session, outlet_id)
            before = self._outlet(session, row)
            after = change(before)
            _write(row, replace(after, revision=before.revision + 1), self._backing.vault)
            _write_progress(row, replace(before.progress.afresh(), disabled=after.progress.disabled))
            self._backing.audit.write(transaction, AuditNote(actor, action, outlet_id, _told(after)))
            session.flush()
            return self._outlet(session, row)

    def rotate(self, outlet_id: str, secret: str, overlap: timedelta, *, actor: str) -> Outlet:
        """Sign with a new secret; the one before signs too until the overlap is over.

        Raises:
            NotFound: no such webhook.
        """
        until = self._backing.clock() + overlap

        def signed_anew(outlet: Outlet) -> Outlet:
            if outlet.target is None:
                raise NotFound(f"no webhook {outlet_id}")
            secrets = (secret, outlet.target.secrets[0])
            return replace(outlet, target=replace(outlet.target, secrets=secrets, previous_until=until))

        return self.change(outlet_id, signed_anew, actor=actor, action="webhook.secret_rotated")

    def delete(self, outlet_id: str, *, actor: str) -> None:
        """Tell it nothing more, and forget what was set aside for it.

        Raises:
            NotFound: no such outlet.
        """
        with self._backing.database.writing() as transaction:
            row = _row(transaction.session, outlet_id)
            note = AuditNote(actor, f"{row.kind}.deleted", outlet_id, {"delivered": row.delivered})
            transaction.session.delete(row)
            self._backing.audit.write(transaction, note)

    def statuses(self) -> tuple[OutletStatus, ...]:
        """Every outlet beside the log, for health and metrics."""
        counted = select(DeliveryRow.outlet_id, DeliveryRow.state, func.count()).group_by(
            DeliveryRow.outlet_id, DeliveryRow.state
        )
        with self._backing.database.reading() as session:
            latest = session.scalar(select(func.max(EventRow.seq))) or 0
            counts = {(outlet_id, state): count for outlet_id, state, count in session.execute(counted)}
            outlets = [self._outlet(session, row) for row in session.scalars(select(OutletRow).order_by(OutletRow.seq))]
        return tuple(
            OutletStatus(
                outlet,
                lag=max(0, latest - outlet.progress.cursor),
                set_aside=counts.get((outlet.id, "set_aside"), 0),
                dead=counts.get((outlet.id, "dead"), 0),
            )
            for outlet in outlets
        )

    def _outlet(self, session: Session, row: OutletRow) -> Outlet:
        return Outlet(
            id=row.id,
            kind=cast(OutletKind, row.kind),
            title=row.title,
            wanted=Wanted(
                purposes=tuple(row.purposes),
                kinds=cast("tuple[EventKind, ...]", tuple(row.kinds)),
                camera_id=row.camera_id,
                gate_id=row.gate_id,
                lot_id=row.lot_id,
                shadow=row.shadow,
            ),
            created_by=row.created_by,
            created_at=row.created_at,
            progress=_progress(row),
            target=_open_target(self._backing.vault, row),
            key_id=row.key_id,
            key_ended=row.key_id is not None and not self._usable(session, row.key_id),
            revision=row.revision,
        )

    def _usable(self, session: Session, key_id: str) -> bool:
        key = session.scalar(select(ApiKeyRow).where(ApiKeyRow.id == key_id))
        if key is None or key.revoked_at is not None:
            return False
        return key.expires_at is None or key.expires_at > self._backing.clock()


def _visible(outlet: Outlet, viewer: ApiKey | None) -> bool:
    if viewer is None or viewer.sees_every_purpose:
        return True
    return set(outlet.wanted.purposes) <= set(viewer.purposes)


def _row(session: Session, outlet_id: str) -> OutletRow:
    row = session.scalar(select(OutletRow).where(OutletRow.id == outlet_id))
    if row is None:
        raise NotFound(f"no outlet {outlet_id}")
    return row


def _write(row: OutletRow, outlet: Outlet, vault: Vault) -> None:
    wanted = outlet.wanted
    row.title, row.key_id, row.revision = outlet.title, outlet.key_id, outlet.revision
    row.kinds, row.purposes, row.shadow = list(wanted.kinds), list(wanted.purposes), wanted.shadow
    row.camera_id, row.gate_id, row.lot_id = wanted.camera_id, wanted.gate_id, wanted.lot_id
    if outlet.target is not None:
        until = outlet.target.previous_until
        target = asdict(outlet.target) | {"previous_until": until and until.isoformat()}
        row.target = vault.store.seal(json.dumps(target).encode(), _context(outlet.id))


def _open_target(vault: Vault, row: OutletRow) -> Target | None:
    if row.target is None:
        return None
    kept = json.loads(vault.store.open(row.target, _context(row.id)))
    until = kept["previous_until"]
    return Target(kept["url"], tuple(kept["secrets"]), None if until is None else datetime.fromisoformat(until))


def _write_progress(row: OutletRow, progress: Progress) -> None:
    for name, value in asdict(progress).items():
        setattr(row, name, value)


def _progress(row: OutletRow) -> Progress:
    return Progress(
        cursor=row.cursor,
        head_tries=row.head_tries,
        failures=row.failures,
        fault=row.fault,
        failing_since=row.failing_since,
        disabled=cast(DisabledWord | None, row.disabled),
        delivered=row.delivered,
        delivered_at=row.delivered_at,
        failed=row.failed,
    )


def _told(outlet: Outlet) -> dict[str, str | bool | None]:
    """What the audit log is told: no address, no secret."""
    wanted = outlet.wanted
    return {
        "kinds": " ".join(wanted.kinds),
        "purposes": " ".join(wanted.purposes),
        "camera": wanted.camera_id,
        "gate": wanted.gate_id,
        "lot": wanted.lot_id,
        "shadow": wanted.shadow,
        "key": outlet.key_id,
        "disabled": outlet.progress.disabled,
    }


def _context(outlet_id: str) -> str:
    return f"outlet/{outlet_id}/target"
