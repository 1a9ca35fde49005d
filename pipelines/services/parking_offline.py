"""The lists for controllers that lose the service: whose cars may pass, as keyed hashes, signed and expiring."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from pipelines.parking.offline import Grant, OfflineList, SignedList, Why, digest, sign_list
from pipelines.parking.places import Lot
from pipelines.parking.words import RightKind
from pipelines.records.parking_places import as_lot, lot_row
from pipelines.records.store import Store
from pipelines.records.values import AuditNote

_WHY: dict[RightKind, Why] = {"permit": "permit", "whitelist": "whitelisted", "blocklist": "blocklisted"}
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True, eq=False)
class OfflineLists:
    """Makes the lists of all lots.

    Attributes:
        clock: the time, aware UTC.
    """

    store: Store
    clock: Callable[[], datetime]

    def issue(self, lot_id: str, actor: str) -> SignedList:
        """A new list of the lot; its serial is the number of its audit entry, which only grows.

        Raises:
            NotFound: no such lot.
        """
        vault = self.store.backing.vault
        with self.store.parking.writing() as transaction:
            lot, now = as_lot(lot_row(transaction.session, lot_id)), self.clock()
            ends, salt = now + timedelta(hours=lot.offline_ttl_h), secrets.token_hex(_SALT_BYTES)
            key, grants = vault.controller_key(_place(lot_id)), defaultdict[str, list[Grant]](list)
            for plate, grant in self._grants(transaction.session, lot, now, ends):
                grants[digest(key, salt, plate)].append(grant)
            note = AuditNote(actor, "parking.offline_list_issued", lot_id, {"cars": len(grants)})
            serial = self.store.audit.write(transaction, note).seq
        # In the order of the hashes: that of the sessions would tell which car came when.
        sorted_grants = {name: tuple(grants[name]) for name in sorted(grants)}
        content = OfflineList(
            lot=lot_id, serial=serial, issued_at=now, expires_at=ends, salt=salt, grants=sorted_grants
        )
        return sign_list(content, vault.signer)

    def public_key(self) -> bytes:
        """32 bytes by which controllers know this installation's lists; no secret."""
        return self.store.backing.vault.signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def controller_key(self, lot_id: str, actor: str) -> bytes:
        """The secret of the lot's controllers, 32 bytes; handing it out is audited.

        Raises:
            NotFound: no such lot.
        """
        self.store.parking.lots.get(lot_id)
        self.store.audit.append(AuditNote(actor, "parking.controller_key_read", lot_id))
        return self.store.backing.vault.controller_key(_place(lot_id))

    def _grants(self, session: Session, lot: Lot, now: datetime, ends: datetime) -> Iterator[tuple[str, Grant]]:
        """Each plate that the list names, with what holds for it until the list ends."""
        for right in self.store.parking.rights.holding(session, lot.id, now, ends):
            grant = Grant(why=_WHY[right.kind], since=right.valid_from, until=right.valid_until, lanes=right.lane_ids)
            yield from ((plate, grant) for plate in right.plates)
        for parked in self.store.parking.sessions.open_at(session, lot.id):
            since = parked.entered_at or now
            yield parked.plate, Grant(why="inside", since=since)
            if parked.covered_until is not None and parked.covered_until > now:
                yield parked.plate, Grant(why="paid", since=since, until=parked.covered_until)


def _place(lot_id: str) -> str:
    return f"parking-lot/{lot_id}"
