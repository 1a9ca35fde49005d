"""Incidents: every report as it came, and what became of it."""

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.street_fields import as_box, box_sides, open_place, seal_place, seen_by
from pipelines.records.street_tables import IncidentRow
from pipelines.records.values import ApiKey, Page
from pipelines.street.incidents import Incident, Report
from pipelines.street.words import Fate, Source
from vision.errors import NotFound


class Incidents:
    """The incidents of one store; methods that take a `session` are used within the transaction of an act."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def get(self, incident_id: str, viewer: ApiKey | None = None) -> Incident:
        """One incident.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        wanted = select(IncidentRow).where(IncidentRow.id == incident_id, seen_by(viewer, IncidentRow))
        with self._backing.database.reading() as session:
            row = session.scalar(wanted)
            if row is None:
                raise NotFound(f"no incident {incident_id}")
            return self._value(row)

    def list(
        self,
        cursor: str | None = None,
        limit: int = 100,
        *,
        viewer: ApiKey | None = None,
        kind: str | None = None,
        camera_id: str | None = None,
        case_id: str | None = None,
        fate: Fate | None = None,
    ) -> Page[Incident]:
        """The incidents, newest first; what is None lets every incident pass."""
        statement = select(IncidentRow).where(seen_by(viewer, IncidentRow))
        wanted = {IncidentRow.kind: kind, IncidentRow.camera_id: camera_id, IncidentRow.case_id: case_id}
        for column, value in (*wanted.items(), (IncidentRow.fate, fate)):
            if value is not None:
                statement = statement.where(column == value)
        with self._backing.database.reading() as session:
            return read_page(session, statement, IncidentRow, Part(cursor, limit, newest_first=True), self._value)

    def of_reference(self, session: Session, reported_by: str, reference: str | None) -> Incident | None:
        """What this key reported under this reference; None when it did not, or names none."""
        if reference is None:
            return None
        same = (IncidentRow.reported_by == reported_by, IncidentRow.reference == reference)
        row = session.scalar(select(IncidentRow).where(*same))
        return None if row is None else self._value(row)

    def add(self, session: Session, incident: Incident) -> None:
        """Keep a new incident."""
        report = incident.report
        row = IncidentRow(id=incident.id, kind=report.kind, city=incident.city, purpose=incident.purpose)
        row.source, row.camera_id, row.zone = report.source, report.camera_id, report.zone
        row.box, row.confidence, row.seen_at = box_sides(report.box), report.confidence, report.seen_at
        row.place = seal_place(self._backing.vault, incident.id, report.place)
        row.reference, row.reported_by = report.reference, incident.reported_by
        row.fate, row.case_id, row.suppression_id = incident.fate, incident.case_id, incident.suppression_id
        row.recorded_at = incident.recorded_at
        session.add(row)
        session.flush()

    def _value(self, row: IncidentRow) -> Incident:
        report = Report(
            kind=row.kind,
            source=cast(Source, row.source),
            seen_at=row.seen_at,
            city=row.city,
            camera_id=row.camera_id,
            zone=row.zone,
            box=as_box(row.box),
            confidence=row.confidence,
            place=open_place(self._backing.vault, row.id, row.place),
            reference=row.reference,
        )
        return Incident(
            id=row.id,
            report=report,
            city=row.city,
            purpose=row.purpose,
            reported_by=row.reported_by,
            fate=cast(Fate, row.fate),
            case_id=row.case_id,
            suppression_id=row.suppression_id,
            recorded_at=row.recorded_at,
        )
