"""What `citygate doctor` says of each thing that it looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `advice` is empty when it is well."""

    subject: str
    state: str
    advice: str = ""
