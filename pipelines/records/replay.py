"""What was erased after a backup, erased from it."""

from collections.abc import Iterable
from contextlib import suppress

from pipelines.records.ledger import ErasureNote, plate_hashes
from pipelines.records.store import Store
from vision.errors import NotFound

_ACTOR = "restore"


def replay(store: Store, notes: Iterable[ErasureNote]) -> int:
    """Erase, withdraw and revoke what the entries say, and the store still has; how many acts that were."""
    count = 0
    for note in sorted(notes, key=lambda one: one.at):
        with suppress(NotFound):  # it came after the backup, and went before the restore
            _carry_out(store, note)
            count += 1
    return count


def _carry_out(store: Store, note: ErasureNote) -> None:
    if note.kind == "subject":
        store.subjects.erase(note.target, actor=_ACTOR)
    elif note.kind == "consent":
        store.consents.withdraw(note.target, actor=_ACTOR)
    elif note.kind == "key":
        store.keys.revoke(note.target, actor=_ACTOR)
    else:
        store.parking.forget_hashes(plate_hashes(note.target), actor=_ACTOR)
