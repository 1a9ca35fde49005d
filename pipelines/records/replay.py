"""What was erased after a backup, erased from it."""

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import select

from pipelines.records.dead_letter_table import DeadLetterRow
from pipelines.records.late import hashes_in
from pipelines.records.ledger import ErasureNote, plate_digest, plate_digests
from pipelines.records.parking_plates import PlateUse
from pipelines.records.parking_tables import ObservationRow, RightPlateRow, SessionRow
from pipelines.records.store import Store
from pipelines.records.tables import EventRow
from vision.errors import NotFound

_ACTOR = "restore"
_Place = type[SessionRow] | type[RightPlateRow] | type[ObservationRow] | type[EventRow]
_PLACES: dict[PlateUse, _Place] = {
    "session": SessionRow,
    "right": RightPlateRow,
    "observation": ObservationRow,
    "event": EventRow,
}


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
        store.parking.forget_hashes(_plate_hashes(store, note.target), actor=_ACTOR)


def _plate_hashes(store: Store, target: str) -> dict[PlateUse, str]:
    """The hashes of the entry's plate where the store still has them, and "" where it has not."""
    digests, found = plate_digests(target), dict.fromkeys(_PLACES, "")
    with store.backing.database.reading() as session:
        for use, row in _PLACES.items():
            for met in session.scalars(select(row.plate_hash).distinct()):
                if met is not None and plate_digest(met) == digests[use]:
                    found[use] = met
        letters = () if found["event"] else session.scalars(select(DeadLetterRow.body))
        for met in (one for body in letters for one in hashes_in(body)):
            if plate_digest(met) == digests["event"]:
                found["event"] = met
    return found
