"""Work that one process at a time does, whatever the clocks of the machines say."""

import time
from collections.abc import Callable

from sqlalchemy import and_, update
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.outlet_tables import LeaseRow


class Lease:
    """One process's part in one lease.

    The holder counts a number up. Who sees the same number for `lasting_s` by its own monotonic clock takes the lease
    over; no time of day is compared, so a clock that is set back or forth ends nothing.

    Args:
        backing: of the store.
        name: of the work.
        holder: unique among all processes, and the same as long as this one lives.
        lasting_s: how long after its last beat a holder is given up.
        monotonic: seconds that only grow.
    """

    def __init__(
        self,
        backing: Backing,
        name: str,
        holder: str,
        lasting_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backing = backing
        self._name = name
        self.holder = holder
        self._lasting_s = lasting_s
        self._monotonic = monotonic
        self._seen: tuple[str | None, int] | None = None
        self._seen_at = 0.0
        self._renewed_at: float | None = None

    @property
    def held(self) -> bool:
        """Whether nobody else can have it yet, but for as long as a commit takes: what it guards must bear two."""
        return self._renewed_at is not None and self._monotonic() - self._renewed_at < self._lasting_s

    def hold(self) -> bool:
        """Take the lease, or keep it; False while another has it."""
        begun = self._monotonic()
        with self._backing.database.reading() as session:
            row = session.get(LeaseRow, self._name)
            seen = (None, 0) if row is None else (row.holder, row.beat)
        if seen != self._seen:
            self._seen, self._seen_at = seen, begun
        free = seen[0] in (None, self.holder) or begun - self._seen_at >= self._lasting_s
        # After the commit: where one takes longer than the lease nobody would ever hold it otherwise.
        self._renewed_at = self._monotonic() if free and self._beat(seen) else None
        return self.held

    def give_up(self) -> None:
        """Let another have it at once; without effect for one who does not hold it."""
        self._renewed_at = None
        with self._backing.database.writing() as transaction:
            mine = and_(LeaseRow.name == self._name, LeaseRow.holder == self.holder)
            transaction.session.execute(update(LeaseRow).where(mine).values(holder=None))

    def _beat(self, seen: tuple[str | None, int]) -> bool:
        """Count up, unless somebody else did meanwhile."""
        with self._backing.database.writing() as transaction:
            row = transaction.session.get(LeaseRow, self._name, with_for_update=True)
            if row is None:
                row = LeaseRow(name=self._name, holder=None, beat=0)
                transaction.session.add(row)
            if (row.holder, row.beat) != seen:
                return False
            row.holder, row.beat = self.holder, row.beat + 1
            self._seen, self._seen_at = (row.holder, row.beat), self._monotonic()
        return True


def is_holder(session: Session, name: str, holder: str) -> bool:
    """Whether the lease is in these hands, as seen by a transaction that writes."""
    row = session.get(LeaseRow, name)
    return row is not None and row.holder == holder
