"""Letters become records: events in one transaction for many, beginnings of street incidents one after another.

Topics:
    event       an `Event`
    incident    the `Report` of a street camera; its reference is the letter's id
    line_count  a `LineCount` of a street camera
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pipelines.bus.bus import Letter
from pipelines.events import Event
from pipelines.records.dead_letters import DeadLetter
from pipelines.records.store import Store
from pipelines.street.incidents import Report
from pipelines.street.line_counts import LineCount
from vision.errors import CitygateError, Conflict, StoreReplaced

logger = logging.getLogger(__name__)

EVENT: Literal["event"] = "event"
INCIDENT: Literal["incident"] = "incident"
LINE_COUNT: Literal["line_count"] = "line_count"
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, StoreReplaced)
"""The database does not answer, is locked or full, or was restored since it was opened: no letter is at fault."""
_REPORTS = TypeAdapter(Report)
_LINE_COUNTS = TypeAdapter(LineCount)


def event_letter(event: Event) -> Letter:
    """The event on its way."""
    return Letter(event.event_id, EVENT, event.model_dump_json(exclude_defaults=True))


def incident_letter(report: Report) -> Letter:
    """The report of a street camera on its way; the same reference of the same camera is the same letter.

    Args:
        report: with a camera and a reference.
    """
    return Letter(f"inc:{report.camera_id}:{report.reference}", INCIDENT, _REPORTS.dump_json(report).decode())


def line_count_letter(count: LineCount) -> Letter:
    """The count on its way; the same span of the same line is the same letter."""
    name = f"cnt:{count.camera_id}:{count.line}:{count.begins_at.isoformat()}"
    return Letter(name, LINE_COUNT, _LINE_COUNTS.dump_json(count).decode())


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of letters.

    Attributes:
        new: records that were not there before.
        relieved: of them those that were stored without a subject or a plate that was erased meanwhile.
        refused: letter id -> why it can be no record.
    """

    new: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)
    relieved: int = 0


class StoreSink:
    """Writes letters into one store.

    Args:
        store: may be away; then `take` raises what the database raises (`DATABASE_AWAY`).
        report: makes a case of a street camera's report, in the name of that camera; a repeat is the same incident.
    """

    def __init__(self, store: Store, report: Callable[[Report, str], object]) -> None:
        self._store = store
        self._report = report

    def take(self, letters: Sequence[Letter]) -> Taken:
        """Commit what can be a record; what comes back refused was not written, all else was."""
        refused: dict[str, str] = {}
        events: dict[str, Event] = {}
        new = 0
        for letter in letters:
            try:
                if letter.topic == EVENT:
                    events[letter.id] = Event.model_validate_json(letter.body)
                else:
                    new += self._take_other(letter)
            except DATABASE_AWAY:
                raise
            except (ValidationError, CitygateError) as error:
                refused[letter.id] = why(error)
        taken = self._take_events(events)
        return Taken(new + taken.new, refused | dict(taken.refused), taken.relieved)

    def bury(self, letter: Letter, sender: str, reason: str, tries: int) -> bool:
        """Whether a letter was kept as dead; one that tells of somebody who was erased is not."""
        words = {"letter_id": letter.id, "topic": letter.topic, "sender": sender, "body": letter.body}
        return self._store.dead_letters.bury(**words, reason=reason, tries=tries)

    def replay(self, dead: DeadLetter, *, actor: str) -> bool:
        """Make a record of a dead letter after all; whether it is new. Audited.

        Raises:
            Conflict: it is refused still; it stays where it is.
            NotFound: another replayed it just now.
        """
        taken = self.take([Letter(dead.letter_id, dead.topic, dead.body)])
        if taken.refused:
            raise Conflict(f"dead letter {dead.id}: {next(iter(taken.refused.values()))}")
        self._store.dead_letters.forget(dead.id, new=taken.new > 0, actor=actor)
        return taken.new > 0

    def _take_events(self, events: Mapping[str, Event]) -> Taken:
        if not events:
            return Taken()
        try:
            appended = self._store.events.append_all(list(events.values()))
            return Taken(len(appended.numbers), relieved=appended.relieved)
        except DATABASE_AWAY:
            raise
        except (StatementError, CitygateError) as error:
            # One that the database refuses must not keep the others from it.
            if len(events) == 1:
                return Taken(0, dict.fromkeys(events, why(error)))
            logger.warning("bus: %d events were refused together: %s", len(events), type(error).__name__)
        alone = [self._take_events({letter_id: event}) for letter_id, event in events.items()]
        refused = {letter_id: reason for one in alone for letter_id, reason in one.refused.items()}
        return Taken(sum(one.new for one in alone), refused, sum(one.relieved for one in alone))

    def _take_other(self, letter: Letter) -> int:
        if letter.topic == LINE_COUNT:
            return int(self._store.street.line_counts.add(_LINE_COUNTS.validate_json(letter.body)))
        if letter.topic != INCIDENT:
            raise Conflict(f"topic: wanted {EVENT}, {INCIDENT} or {LINE_COUNT}, got another")
        report = _REPORTS.validate_json(letter.body)
        self._report(report, report.camera_id or "")
        return 1


def why(error: Exception) -> str:
    """What refused a letter, without its values: they may be personal."""
    if isinstance(error, ValidationError):
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False)]
        return "; ".join(faults)
    return str(error) if isinstance(error, CitygateError) else type(error).__name__
