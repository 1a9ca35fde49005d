"""Taking templates and photographs out of the store, the folder and, through the change sequence, every index."""

from functools import partial

from sqlalchemy import ColumnElement, delete, select

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.tables import PhotographRow, TemplateRow
from pipelines.records.template_changes import note_changes


class Remover:
    """Removes within a transaction; files and index entries go after its commit."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def templates(self, transaction: Transaction, *where: ColumnElement[bool]) -> int:
        """Remove the templates that fulfil every condition; their number."""
        identity = select(TemplateRow.gallery_id, TemplateRow.model_id, TemplateRow.seq)
        rows = transaction.session.execute(identity.where(*where)).all()
        found = [(gallery_id, model_id, seq) for gallery_id, model_id, seq in rows]
        transaction.session.execute(
            delete(TemplateRow).where(*where).execution_options(synchronize_session=False),
        )
        note_changes(transaction, self._backing, found, removed=True)
        if found:
            transaction.call_for_compaction()
        return len(found)

    def photographs(self, transaction: Transaction, *where: ColumnElement[bool]) -> int:
        """Remove the photographs that fulfil every condition; their number.

        A file that outlives a crash after the commit is removed by the sweeper.
        """
        found = transaction.session.scalars(select(PhotographRow.id).where(*where)).all()
        transaction.session.execute(
            delete(PhotographRow).where(*where).execution_options(synchronize_session=False),
        )
        for photograph_id in found:
            transaction.afterwards(partial(self._backing.evidence.remove, photograph_id))
        return len(found)
