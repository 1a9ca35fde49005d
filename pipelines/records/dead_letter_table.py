"""The table of dead letters."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.records.tables import Numbered


class DeadLetterRow(Numbered):
    """`body` is as it came: it may be no JSON at all, and may name a subject or the hash of a plate."""

    __tablename__ = "dead_letters"
    id: Mapped[str] = mapped_column(unique=True)
    letter_id: Mapped[str] = mapped_column(unique=True)
    topic: Mapped[str]
    sender: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    reason: Mapped[str]
    tries: Mapped[int]
    died_at: Mapped[datetime] = mapped_column(index=True)
