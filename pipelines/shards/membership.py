"""Who is alive, and who holds which camera."""

from collections.abc import Collection
from typing import Protocol

from pipelines.bus.redis_address import RedisAddress
from pipelines.settings import Settings
from pipelines.shards.folder_membership import FolderMembership
from pipelines.shards.redis_membership import RedisMembership
from pipelines.shards.reports import MemberReport

TTL_S = 5.0
"""Who was not heard of for so long is dead, and what it held is free."""
BEAT_S = 1.0
"""How often a member is heard of, and looks who else is."""
TAKEOVER_S = 10.0
"""Within this the cameras of a worker that died are analysed by others: TTL_S until it counts as dead, BEAT_S until
somebody looks, and as much again for the cameras to begin."""


class Membership(Protocol):
    """The members of one installation and their leases.

    Attributes:
        ttl_s: how long a heartbeat and a lease are good for.
    """

    @property
    def ttl_s(self) -> float:
        """Seconds."""
        ...

    def beat(self, report: MemberReport) -> None:
        """Be heard of."""
        ...

    def reports(self) -> tuple[MemberReport, ...]:
        """The newest heartbeat of everybody who is alive, by name."""
        ...

    def leave(self, name: str) -> None:
        """Be gone at once, rather than after `ttl_s`."""
        ...

    def claim(self, camera_ids: Collection[str], member_id: str) -> set[str]:
        """Take or keep these leases; those that are this member's now, for `ttl_s` from before the call."""
        ...

    def release(self, camera_ids: Collection[str], member_id: str) -> None:
        """Give these leases back, where they are this member's."""
        ...

    def close(self) -> None:
        """Let go of everything; leases included."""
        ...


def open_membership(settings: Settings) -> Membership:
    """That of an installation: in Redis where there is one, or else in a folder of `home`, for one machine.

    Raises:
        ConfigurationError: a URL that is none.
    """
    if settings.bus_url is not None:
        address = RedisAddress.parse(settings.bus_url.get_secret_value())
        return RedisMembership(address, settings.bus_stream, TTL_S)
    return FolderMembership(settings.home / "fleet", TTL_S)
