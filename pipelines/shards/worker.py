"""One worker process: opened from the settings, stopped in order.

Stop order, on SIGTERM:
    1. The plan: no camera is taken any more. The heartbeat says `stopping`, so that the others take what is given back.
    2. The cameras, side by side: grabbers, then analysts, then couriers; what they saw is delivered. Their leases are
       renewed meanwhile.
    3. Leases and heartbeat: given back, others begin with the cameras at once.
    4. Relay, barriers, follower, store: as of every `Assembly`.
"""

import os
import re
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Self

from pipelines.assembly import Assembly, Role
from pipelines.networks import Networks, open_networks
from pipelines.services.camera_duty import Duty
from pipelines.settings import Settings, utc_now
from pipelines.shards.keeper import Keeper
from pipelines.shards.leases import Leases
from pipelines.shards.membership import Membership, open_membership
from pipelines.shards.reports import MemberKind, MemberReport
from pipelines.shards.stalls import StallWatch
from vision.errors import ConfigurationError


class Worker:
    """A worker at work; `close` when done.

    Args:
        assembly: its parts.
        keeper: runs its share.
        closing: of the membership.
    """

    def __init__(self, assembly: Assembly, keeper: Keeper, closing: ExitStack) -> None:
        self.assembly = assembly
        self.keeper = keeper
        self._closing = closing

    @classmethod
    def open(
        cls,
        settings: Settings,
        name: str,
        clock: Callable[[], datetime] = utc_now,
        open_networks: Callable[[Settings], Networks] = open_networks,
        membership: Membership | None = None,
    ) -> Self:
        """A worker that has not taken cameras yet.

        Raises:
            ConfigurationError, WrongMasterKey, ModelError: as `Assembly.open`; or no lane is the workers'.
        """
        if not settings.worker_lanes:
            raise ConfigurationError("CITYGATE_WORKER_LANES: wanted lanes whose cameras workers run, got none")
        myself = identity(name, "worker", clock)
        with ExitStack() as closing:
            membership = membership or open_membership(settings)
            closing.callback(membership.close)
            leases = Leases(membership.ttl_s)
            role = Role(Duty(frozenset(settings.worker_lanes)), leases.holds)
            assembly = Assembly.open(settings, clock, open_networks, role)
            keeper = Keeper(
                myself,
                membership,
                leases,
                assembly.runtime,
                assembly.cameras.listed,
                StallWatch(),
            )
            return cls(assembly, keeper, closing.pop_all())

    def run(self, ending: threading.Event) -> None:
        """Run its share until `ending` is set, then stop in order."""
        self.keeper.start()
        ending.wait()
        self.close()

    def close(self) -> None:
        """Stop, in the order above."""
        self.keeper.close(self.assembly.cameras.close)
        self.assembly.close()
        self._closing.close()


def identity(name: str, kind: MemberKind, clock: Callable[[], datetime]) -> MemberReport:
    """The report of this process, without what changes.

    Raises:
        ConfigurationError: a name that cannot stand in a file's name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise ConfigurationError(f"--name: wanted letters, digits, - _ and dots, got {name!r}")
    return MemberReport(
        name=name,
        member_id=f"{name}/{uuid.uuid4().hex}".replace("/", "-"),
        kind=kind,
        host=socket.gethostname(),
        pid=os.getpid(),
        started_at=clock(),
    )
