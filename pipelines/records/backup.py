"""A backup of a store that goes on serving: one file with one state of the database and the sealed pictures.

The database in it is SQLite's, whichever the store is on, so that a backup of either can be restored into either. The
master key is not in it, nor are networks, cameras' files and the ledger of erasures: keep these apart.
"""

import tarfile
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, create_engine, select

from pipelines.records import migrations
from pipelines.records.archive import DATABASE, FORMAT, MANIFEST, Manifest, new_archive, put_bytes, put_file
from pipelines.records.copying import copy_rows
from pipelines.records.evidence import SUFFIX
from pipelines.records.numbering import count_on, last_numbers
from pipelines.records.store import Store
from pipelines.records.tables import AuditHeadRow, Base
from pipelines.records.traces import copy_sqlite
from pipelines.records.values import AuditNote


def back_up(store: Store, file: Path, *, actor: str) -> Manifest:
    """Write the backup, beside whoever reads and writes the store; audited, in the backup too.

    SQLite's file is copied as it is. PostgreSQL's rows are read in one snapshot: 20,000 events took a second of this
    process's processor time (Xeon, 2.8 GHz), so that large installations also use PostgreSQL's own means.

    Raises:
        ConfigurationError: there is a file already, or no room for it.
    """
    with new_archive(file) as archive, tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        store.audit.append(AuditNote(actor, "store.backed_up", None))
        copy = Path(folder) / DATABASE
        _copy_database(store, copy)
        manifest = _manifest(store, copy)
        manifest.files[DATABASE] = put_file(archive, DATABASE, copy)
        # After the database: a row of it has its file, but for those that were removed since, and shall be gone.
        manifest.files.update(_put_pictures(store, archive))
        manifest = replace(manifest, code=store.backing.vault.backup_code(manifest.content()))
        put_bytes(archive, MANIFEST, manifest.encoded())
    return manifest


def _copy_database(store: Store, copy: Path) -> None:
    database = store.backing.database
    if database.file is not None:
        copy_sqlite(database.file, copy)
        return
    copy.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{copy}", hide_parameters=True)
    with database.engine.connect() as source, engine.begin() as target:
        Base.metadata.create_all(target)
        migrations.stamp(target, migrations.latest())
        copy_rows(source, target, Base.metadata.sorted_tables)
        count_on(target, last_numbers(source))
    engine.dispose()


def _manifest(store: Store, copy: Path) -> Manifest:
    engine = create_engine(f"sqlite:///{copy}", hide_parameters=True)
    with closing(engine.connect()) as connection:
        seq, digest = _chain_head(connection)
        numbers = last_numbers(connection)
    engine.dispose()
    made_at = store.backing.clock().isoformat()
    return Manifest(FORMAT, made_at, migrations.latest(), seq, digest.hex(), numbers)


def _chain_head(connection: Connection) -> tuple[int, bytes]:
    head = connection.execute(select(AuditHeadRow.seq, AuditHeadRow.hash)).one()
    return head.seq, head.hash


def _put_pictures(store: Store, archive: tarfile.TarFile) -> dict[str, str]:
    digests = {}
    for path in store.backing.evidence.files():
        name = f"evidence/{path.stem}{SUFFIX}"
        try:
            digests[name] = put_file(archive, name, path)
        except FileNotFoundError:
            continue  # erased, or its time was up, while the backup was made
    return digests
