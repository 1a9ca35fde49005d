"""Dead letters, as they are asked for and shown."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.common import Answer


class DeadLetterOut(Answer):
    """A record that could not be stored; its body is not shown, for it may name a person or a plate's hash."""

    id: str
    letter_id: Annotated[str, Field(description="of an event its `event_id`")]
    topic: Annotated[str, Field(examples=["event", "incident"])]
    sender: Annotated[str, Field(description="the spool it came from")]
    reason: Annotated[str, Field(description="what refused it, at the last try")]
    tries: int
    died_at: datetime


class ReplayOut(Answer):
    """What became of a replay."""

    letter_id: str
    new: Annotated[bool, Field(description="false: the record was stored already")]
