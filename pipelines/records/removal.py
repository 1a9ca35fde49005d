"""Taking templates and photographs out of the store, the folder and, through the listeners, every index."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from sqlalchemy import ColumnElement, delete, select

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.tables import PhotographRow, TemplateRow
from pipelines.records.values import Removal


class Remover:
    """Removes within a transaction; files and index entries go after its commit."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def templates(self, transaction: Transaction, *where: ColumnElement[bool]) -> int:
        """Remove the templates that fulfil every condition; their number."""
        found = transaction.session.execute(select(TemplateRow.subject_id, TemplateRow.seq).where(*where)).all()
        transaction.session.execute(
            delete(TemplateRow).where(*where).execution_options(synchronize_session=False),
        )
        by_subject: defaultdict[str, list[int]] = defaultdict(list)
        for subject_id, seq in found:
            by_subject[subject_id].append(seq)
        if found:
            transaction.call_for_compaction()
        for subject_id, ids in by_subject.items():
            transaction.afterwards(self._telling(Removal(subject_id, tuple(ids))))
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

    def _telling(self, removal: Removal) -> Callable[[], None]:
        def tell() -> None:
            for listener in self._backing.listeners.removed:
                listener(removal)

        return tell
