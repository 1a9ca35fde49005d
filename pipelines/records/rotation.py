"""Another master key in place of the old one: every key that it wraps is wrapped anew, in one transaction."""

import os
from contextlib import closing
from pathlib import Path

from sqlalchemy import select, update

from pipelines.records.database import Transaction
from pipelines.records.master_key import key_file, next_key_file, read_key_file, write_key_file
from pipelines.records.parking_tables import EvidenceRow
from pipelines.records.schema import put_facts
from pipelines.records.store import Store
from pipelines.records.street_tables import CasePictureRow
from pipelines.records.tables import AuditHeadRow, DataKeyRow, Numbered
from pipelines.records.values import AuditNote
from pipelines.records.vault import KEY_BYTES, Vault
from pipelines.settings import Settings
from vision.errors import ConfigurationError

_ROWS = 1000


def rotate_master_key(settings: Settings, new_key_file: Path | None, *, actor: str) -> int:
    """Have the store open with another master key and no longer with the old one; how many keys were wrapped anew.

    It may be run beside a service, which from then on refuses to write and says that it must be started anew; writers
    wait meanwhile. Data keys themselves stay: who has the old key and an old copy of the database can open what was
    sealed in that copy, and the old backups need the old key.

    In a store that was made before schema 4 the old master key also stays the root of hashes, of the audit chain, of
    controllers' keys and of what belongs to no subject, now wrapped by the new one: it must stay secret for as long as
    that store lives. Another root would have to hash plates anew that only their hashes tell of, in events and in the
    ledger of erasures, so that the forgotten would come back from backups; to sign an audit log anew that is there to
    show that nobody did; and to bring new keys to every controller. Stores made since have a random root, which no
    master key tells.

    A key in a file is exchanged there, and the rotation may be killed at any moment: the new key lies on the disk
    before the store has it, and the next start finishes what was begun. A key in the environment is yours to change.

    Args:
        new_key_file: holds the new key, 32 bytes in base64; None: a new key is made, for a key in a file alone.

    Raises:
        ConfigurationError: no file with the new key for one in the environment, or the old key once more.
    """
    in_environment = settings.master_key is not None
    if in_environment and new_key_file is None:
        raise ConfigurationError("CITYGATE_MASTER_KEY: wanted a file with the key that will take its place, got none")
    new_key = os.urandom(KEY_BYTES) if new_key_file is None else read_key_file(new_key_file)
    with closing(Store.open(settings)) as store:
        vault = store.backing.vault.under(new_key)
        if vault.same_master_key(store.backing.vault):
            raise ConfigurationError("master key: wanted another one, got the one that is in use")
        if not in_environment:
            _keep_next(next_key_file(key_file(settings)), new_key)
        count = _exchange(store, vault, actor)
        # `find_master_key` looks into the file; and rows that the old key wrapped shall not stay in a log.
        store.backing.database.clear_traces()
    if not in_environment:
        _take_over(settings)
    return count


def _exchange(store: Store, new: Vault, actor: str) -> int:
    database = store.backing.database
    with database.writing() as transaction:
        count = rewrap(transaction, store.backing.vault, new)
        put_facts(transaction.session, new.facts())
        begin_epoch(transaction)
        store.audit.write(transaction, AuditNote(actor, "store.master_key_rotated", None, {"keys": count}))
        transaction.call_for_compaction()
    # What this process does now it does knowing.
    database.epoch = None
    return count


def rewrap(transaction: Transaction, old: Vault, new: Vault) -> int:
    """Wrap every data key of the store anew; those of erased subjects are gone, and stay so. Their number.

    Raises:
        SealBroken: a key that the old vault does not open; nothing is to be committed then.
    """
    owned = ((DataKeyRow, "subject_id"), (EvidenceRow, "id"), (CasePictureRow, "id"))
    return sum(_rewrap(transaction, row, owner, (old, new)) for row, owner in owned)


def begin_epoch(transaction: Transaction) -> None:
    """Have every process that opened the store before refuse to go on with it."""
    transaction.session.execute(update(AuditHeadRow).values(epoch=AuditHeadRow.epoch + 1))


def _rewrap(transaction: Transaction, row: type[Numbered], owner: str, vaults: tuple[Vault, Vault]) -> int:
    old, new = vaults
    table, last, count = row.__table__, 0, 0
    keys = select(table.c.seq, table.c[owner], table.c.wrapped).order_by(table.c.seq).limit(_ROWS)
    while part := transaction.session.execute(keys.where(table.c.seq > last)).all():
        for seq, owner_id, wrapped in part:
            if any(wrapped):
                value = old.rewrap(owner_id, wrapped, new)
                transaction.session.execute(update(row).where(row.seq == seq).values(wrapped=value))
                count += 1
        last = part[-1].seq
    return count


def _keep_next(path: Path, key: bytes) -> None:
    try:
        write_key_file(path, key)
    except OSError as error:
        raise ConfigurationError(f"{path}: wanted a folder for the new key, got {error.strerror}") from error


def _take_over(settings: Settings) -> None:
    next_key_file(key_file(settings)).replace(key_file(settings))
