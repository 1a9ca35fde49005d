"""Members on one machine, without any server: files that the system lets go of when their process dies."""

import fcntl
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.shards.reports import MemberReport


class _Beat(BaseModel):
    """A heartbeat and its moment: seconds of the machine's monotonic clock, which all its processes share."""

    model_config = ConfigDict(frozen=True)

    beat_s: float
    report: MemberReport


class FolderMembership:
    """See `Membership`. A lease is a locked file: nobody else can have it before its process gave it back or died.

    Args:
        folder: made when it is not there.
        ttl_s: how long a heartbeat is good for.
        monotonic: seconds since the machine started.
    """

    def __init__(self, folder: Path, ttl_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.ttl_s = ttl_s
        self._monotonic = monotonic
        self._members, self._leases = folder / "members", folder / "leases"
        for one in (self._members, self._leases):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held: dict[str, int] = {}

    def beat(self, report: MemberReport) -> None:
        """See `Membership`."""
        beat = _Beat(beat_s=self._monotonic(), report=report)
        path = self._members / f"{report.name}.json"
        # Whole or not at all; not synced, for after a power cut nobody is alive anyway.
        temporary = path.with_suffix(f".{report.member_id}")
        temporary.write_text(beat.model_dump_json(), "utf-8")
        temporary.replace(path)

    def reports(self) -> tuple[MemberReport, ...]:
        """See `Membership`."""
        found = (self._read(path) for path in sorted(self._members.glob("*.json")))
        # A beat from the future is one of before the machine was started anew.
        return tuple(one.report for one in found if one and 0 <= self._monotonic() - one.beat_s <= self.ttl_s)

    def leave(self, name: str) -> None:
        """See `Membership`."""
        (self._members / f"{name}.json").unlink(missing_ok=True)

    def claim(self, camera_ids: Collection[str], member_id: str) -> set[str]:  # noqa: ARG002 - the process holds them
        """See `Membership`."""
        return {one for one in camera_ids if one in self._held or self._lock(one)}

    def release(self, camera_ids: Collection[str], member_id: str) -> None:  # noqa: ARG002 - as above
        """See `Membership`."""
        for one in camera_ids:
            held = self._held.pop(one, None)
            if held is not None:
                os.close(held)

    def close(self) -> None:
        """See `Membership`."""
        self.release(tuple(self._held), "")

    def _lock(self, camera_id: str) -> bool:
        file = os.open(self._leases / camera_id, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._held[camera_id] = file
        return True

    def _read(self, path: Path) -> _Beat | None:
        try:
            return _Beat.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):  # it left just now, or another version wrote it
            return None
