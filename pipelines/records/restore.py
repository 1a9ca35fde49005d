"""A backup put in the store's place: unpacked and verified beside it, relieved of what was erased since, copied in.

The store is replaced in one transaction. A service that runs meanwhile sees the one state or the other, and from then
on refuses to write, and says that it must be started anew.
"""

import base64
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection, delete, insert, select, text, update

from pipelines.records.archive import DATABASE, Manifest, unpack
from pipelines.records.audit import AuditLog
from pipelines.records.copying import copy_rows, delete_all
from pipelines.records.database import Transaction
from pipelines.records.ledger import ErasureNote, entries_of, read_ledger
from pipelines.records.master_key import load_master_key, read_key_file
from pipelines.records.numbering import count_on, last_numbers
from pipelines.records.replay import replay
from pipelines.records.retention import STAGING_PREFIX
from pipelines.records.rotation import begin_epoch, rewrap
from pipelines.records.schema import put_facts
from pipelines.records.store import Store
from pipelines.records.tables import AuditHeadRow, AuditRow, Base, DataKeyRow, ErasureRow
from pipelines.records.values import AuditNote
from pipelines.records.vault import Vault
from pipelines.settings import Settings
from vision.errors import ConfigurationError, Conflict

EVENT_GAP = 1_000_000
"""Numbers that are passed over: whoever followed the events may have seen later ones than the backup knows."""

_OWN = ("audit", "audit_head", "store_facts", "erasures")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, or would do.

    Attributes:
        made_at: of the backup.
        rows: copied into the store; 0 when it was only looked at.
        replayed: erasures, withdrawals and revocations that the backup did not know of.
        pictures: sealed files in the backup.
    """

    made_at: str
    rows: int
    replayed: int
    pictures: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the store is replaced.

    Attributes:
        vault: of the backup, under today's master key.
        notes: every erasure that anybody knows of.
        keeps_log: whether the store's own audit log goes on.
    """

    vault: Vault
    notes: set[ErasureNote]
    keeps_log: bool
    made_at: str
    replayed: int
    actor: str


def restore(
    settings: Settings,
    file: Path,
    *,
    key_file: Path | None = None,
    ledgers: Sequence[Path] = (),
    only_check: bool = False,
    actor: str,
) -> Restored:
    """Put the backup in the place of the settings' store, which is made when there is none.

    Nothing is replaced before the whole backup was unpacked, compared with its manifest, opened with the master key,
    its audit chain followed and each data key tried. What was erased, withdrawn or revoked since, by the word of the
    store that is replaced and of every ledger, is erased from the backup before anything of it is copied. The audit
    log goes on: entries that are later than the backup stay.

    Args:
        key_file: of the master key that the backup was made under, when that was another than today's.
        ledgers: of other processes or disks; that of the settings is read by itself.
        only_check: stop before anything is replaced.

    Raises:
        ConfigurationError: no whole backup of Citygate's, or one of a later version.
        WrongMasterKey: the key does not open the backup, or not the store.
        Conflict: the store has gone another way than the backup's, and would lose audit entries.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = load_master_key(settings, may_create=False)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=STAGING_PREFIX) as folder, ExitStack() as closing:
        manifest = unpack(file, Path(folder))
        staged = Store.open(_staging(Path(folder), key if key_file is None else read_key_file(key_file)))
        closing.callback(staged.close)
        _verify(staged, manifest)
        if only_check:
            return Restored(manifest.made_at, 0, 0, len(manifest.files) - 1)
        live = Store.open(settings)
        closing.callback(live.close)
        keeps_log = _keeps_log(live, staged)
        known = staged.backing.ledger.entries()
        notes = live.backing.ledger.entries().union(*map(read_ledger, (settings.erasure_ledger_file, *ledgers)))
        replayed = replay(staged, notes - known)
        vault = _bring_under(staged, key)
        _copy_pictures(staged, live)
        rows = _replace(live, staged, _Plan(vault, notes | known, keeps_log, manifest.made_at, replayed, actor))
        live.backing.ledger.copy()
        live.backing.database.clear_traces()
    return Restored(manifest.made_at, rows, replayed, len(manifest.files) - 1)


def _staging(folder: Path, key: bytes) -> Settings:
    """An installation of its own, in which the backup is opened; nothing of it is the environment's to say."""
    return Settings(
        home=folder,
        database_url=None,
        master_key=SecretStr(base64.b64encode(key).decode()),
        master_key_file=None,
        erasure_ledger=None,
    )


def _verify(staged: Store, manifest: Manifest) -> None:
    vault = staged.backing.vault
    if vault.backup_code(manifest.content()) != manifest.code:
        raise ConfigurationError("backup: wanted a manifest of this store's own key, got one that was changed")
    with staged.backing.database.reading() as session:
        for check in ("integrity_check", "foreign_key_check"):
            if session.execute(text(f"PRAGMA {check}")).scalars().all() not in ([], ["ok"]):
                raise ConfigurationError(f"backup: wanted a sound {DATABASE}, got faults by {check}")
        for row in session.scalars(select(DataKeyRow).execution_options(yield_per=1000)):
            if any(row.wrapped):
                vault.data_key(row.subject_id, row.wrapped)
    wanted = (manifest.audit_seq, bytes.fromhex(manifest.audit_hash))
    if staged.audit.head() != wanted or staged.audit.verify_chain() is not None:
        raise ConfigurationError("backup: wanted a whole audit chain, got one that was changed")


def _keeps_log(live: Store, staged: Store) -> bool:
    """Whether the store's own audit log goes on; False where the backup's holds all of it.

    Raises:
        Conflict: neither is a part of the other.
    """
    ours, theirs = live.audit.head(), staged.audit.head()
    if _holds(live, theirs) and ours[0] > 0:
        return True
    if _holds(staged, ours):
        return False
    raise Conflict("store: wanted one that is new, or that the backup was made of, got another; move it away first")


def _holds(store: Store, link: tuple[int, bytes]) -> bool:
    seq, digest = link
    if seq == 0:
        return True
    with store.backing.database.reading() as session:
        return session.scalar(select(AuditRow.hash).where(AuditRow.seq == seq)) == digest


def _bring_under(staged: Store, key: bytes) -> Vault:
    """The backup's vault under today's master key; its data keys are wrapped anew where that is another."""
    old = staged.backing.vault
    new = old.under(key)
    if not new.same_master_key(old):
        with staged.backing.database.writing() as transaction:
            rewrap(transaction, old, new)
    return new


def _copy_pictures(staged: Store, live: Store) -> None:
    # Before the commit, as always: a file without a row is removed by the sweeper.
    present = {path.name for path in live.backing.evidence.files()}
    for path in staged.backing.evidence.files():
        if path.name not in present:
            live.backing.evidence.write(path.stem, path.read_bytes())


def _replace(live: Store, staged: Store, plan: _Plan) -> int:
    database = live.backing.database
    tables = [table for table in Base.metadata.sorted_tables if table.name not in _OWN]
    with staged.backing.database.engine.connect() as source, database.writing() as transaction:
        target = transaction.session.connection()
        _check_unchanged(transaction, plan.notes)
        numbers = _numbers(last_numbers(target), last_numbers(source))
        delete_all(target, tables)
        rows = copy_rows(source, target, tables)
        if not plan.keeps_log:
            _take_log(source, transaction)
        target.execute(delete(ErasureRow))
        for one in sorted(plan.notes, key=lambda known: known.at):
            target.execute(insert(ErasureRow), {"kind": one.kind, "target": one.target, "at": one.at})
        put_facts(transaction.session, plan.vault.facts())
        count_on(target, numbers)
        begin_epoch(transaction)
        counts = {"rows": rows, "replayed": plan.replayed}
        act = AuditNote(plan.actor, "store.restored", None, {"made_at": plan.made_at, **counts})
        AuditLog(database, plan.vault, live.backing.clock).write(transaction, act)
        transaction.call_for_compaction()
    # What this process does now it does knowing.
    database.epoch = None
    return rows


def _check_unchanged(transaction: Transaction, known: set[ErasureNote]) -> None:
    """Refuse to go on when somebody was erased after the backup was relieved of the others.

    Raises:
        Conflict: that was so.
    """
    if not entries_of(transaction.session) <= known:
        raise Conflict("store: wanted no erasure during the restore, got one; nothing was replaced, begin again")


def _numbers(ours: dict[str, int], theirs: dict[str, int]) -> dict[str, int]:
    numbers = {name: max(ours.get(name, 0), theirs.get(name, 0)) for name in ours.keys() | theirs.keys()}
    return numbers | {"events": numbers.get("events", 0) + EVENT_GAP}


def _take_log(source: Connection, transaction: Transaction) -> None:
    """Put the backup's audit log in the place of ours, of which it holds every entry."""
    target, log = transaction.session.connection(), [Base.metadata.tables["audit"]]
    delete_all(target, log)
    copy_rows(source, target, log)
    head = source.execute(select(AuditHeadRow.seq, AuditHeadRow.hash)).one()
    target.execute(update(AuditHeadRow).values(seq=head.seq, hash=head.hash))
    transaction.head.seq, transaction.head.hash = head.seq, head.hash
