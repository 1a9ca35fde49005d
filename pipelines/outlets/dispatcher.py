"""The threads that tell outlets of events, in whichever process holds the lease."""

import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from pipelines.outlets.courier import Courier, Round
from pipelines.outlets.pace import Pace
from pipelines.outlets.ways import Ways
from pipelines.records.leases import Lease
from pipelines.records.outlet_deliveries import Hand
from pipelines.records.outlet_values import Outlet, OutletStatus, Progress, Wanted
from pipelines.records.outlets import MQTT
from pipelines.records.paging import every
from pipelines.records.store import Store
from pipelines.rounds import Rounds
from vision.errors import Conflict, NotFound

LEASE = "outlets"
HOUSE = "settings"
"""Who made what the settings name."""


class Dispatcher:
    """Keeps a courier for every outlet that is to be told, from `start` to `close`.

    One process of an installation sends at a time, by a lease; when it dies another goes on after `lease_s`, behind
    what was kept. An installation without outlets takes no lease and writes nothing.

    Args:
        store: whose events are told.
        ways: to receivers.
        pace: the rhythm.

    Attributes:
        ways: as given.
    """

    def __init__(
        self,
        store: Store,
        ways: Ways,
        pace: Pace | None = None,
    ) -> None:
        self._store = store
        self.ways = ways
        self._pace = pace or Pace()
        self._published = ways.published
        self._lease = Lease(store.backing, LEASE, secrets.token_hex(8), self._pace.lease_s)
        self._work = Round(store, self._pace, Hand(LEASE, self._lease.holder), lambda: self._lease.held)
        self._renew_at = 0.0
        self._couriers: dict[str, Courier] = {}
        self._rounds = Rounds("outlets", self._pass, self._pace.poll_s)

    @property
    def failures(self) -> int:
        """Passes, and rounds of couriers, that failed since the last that did not."""
        return self._rounds.failures + sum(courier.broken for courier in tuple(self._couriers.values()))

    @property
    def sends(self) -> bool:
        """Whether this process is the one that sends."""
        return self._lease.held

    def start(self) -> None:
        """Look for outlets at once, and then again and again."""
        self._rounds.start()

    def close(self) -> None:
        """End after what is being sent, and let another process go on at once."""
        self._rounds.close()
        self._stop(tuple(self._couriers))
        if self._lease.held:
            self._lease.give_up()

    def statuses(self) -> tuple[OutletStatus, ...]:
        """Every outlet that is to be told, from whichever process, and how far it is."""
        found = self._store.outlets.statuses()
        return tuple(one for one in found if one.outlet.kind != "mqtt" or self._published is not None)

    def _pass(self) -> None:
        """Have the feed hear of other processes' events, and a courier run for each outlet that is to be told."""
        self._store.feed.announce(self._store.events.latest_seq())
        if self._published is not None:
            self._keep_published(self._published)
        wanted = {outlet.id: outlet for outlet in every(self._store.outlets.list) if self._is_told(outlet)}
        if not (wanted and self._hold()):
            self._stop(tuple(self._couriers))
            return
        self._follow(wanted)

    def _is_told(self, outlet: Outlet) -> bool:
        if outlet.state in ("disabled", "paused"):
            return False
        return outlet.kind == "webhook" or self._published is not None

    def _hold(self) -> bool:
        """Take or keep the lease; it is renewed well before it ends."""
        now = time.monotonic()
        if now >= self._renew_at or not self._lease.held:
            held = self._lease.hold()
            self._renew_at = now + self._pace.lease_s / 3
            return held
        return True

    def _follow(self, wanted: Mapping[str, Outlet]) -> None:
        """Stop who is not to be told any more or was changed, and start who is not told yet."""
        running = {outlet_id: courier.outlet.revision for outlet_id, courier in self._couriers.items()}
        changed = [
            outlet_id
            for outlet_id, courier in self._couriers.items()
            if courier.ended or outlet_id not in wanted or wanted[outlet_id].revision != running[outlet_id]
        ]
        self._stop(tuple(changed))
        for outlet_id in wanted.keys() - self._couriers.keys():
            try:
                outlet = self._store.outlets.get(outlet_id)  # anew: a courier that just ended had the last word
            except NotFound:
                continue
            if self._is_told(outlet):
                self._couriers[outlet_id] = Courier(self._work, outlet, self.ways.connect(outlet))
                self._couriers[outlet_id].start()

    def _stop(self, outlet_ids: tuple[str, ...]) -> None:
        for outlet_id in outlet_ids:
            self._couriers[outlet_id].stop()
        for outlet_id in outlet_ids:
            self._couriers.pop(outlet_id).close()

    def _keep_published(self, published: Wanted) -> None:
        """Have an outlet for the broker, which publishes what the settings say."""
        try:
            known = self._store.outlets.get(MQTT)
        except NotFound:
            now = self._store.backing.clock()
            made = Outlet(MQTT, "mqtt", "MQTT broker", published, HOUSE, now, Progress(0))
            with suppress(Conflict):  # another process was faster
                self._store.outlets.create(made, actor=HOUSE)
            return
        if known.wanted != published:
            self._store.outlets.change(
                MQTT, lambda outlet: replace(outlet, wanted=published), actor=HOUSE, action="mqtt.changed"
            )
