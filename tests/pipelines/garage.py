"""A parking lot for tests: a real store in a folder, a clock that moves when told to, simulated barriers."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pipelines.parking.money import Money
from pipelines.parking.places import Lane, Lot
from pipelines.parking.rates import Rate, parse_rate
from pipelines.parking.rights import Right
from pipelines.parking.sessions import Passage, Payment, Sighting
from pipelines.records.gate_values import BarrierCommand, BarrierSpec, Gate
from pipelines.records.store import Store
from pipelines.records.values import new_id
from pipelines.services.barriers import Barriers
from pipelines.services.parking import ParkingService
from pipelines.settings import Settings
from tests.fakes import FakeClock

LOT = "north"
PLATE = "粤B12345"
OTHER = "京A88888"
STEPS = [{"minutes": 60, "price": "5.00"}, {"minutes": 30, "price": "2.00"}]


def cny(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


def rate(**changes: object) -> Rate:
    """15 minutes free, then 5.00 for the first hour and 2.00 for each further half."""
    values = {"id": "visitors", "currency": "CNY", "time_zone": "Asia/Shanghai", "steps": STEPS}
    return parse_rate(values | {"free_minutes": 15, "grace_minutes": 10} | changes)


def seen(plate: str | None = PLATE, at: datetime | None = None, **changes: object) -> Sighting:
    """A plate that two reads agree on; without a camera."""
    return Sighting(plate, **{"confidence": 0.99, "agreeing": 2, "seen_at": at} | changes)


@dataclass
class Garage:
    """Lot `north` with the lanes `in`, `out` and `both`, each with a simulated barrier; `close` when done."""

    home: Path
    clock: FakeClock = field(default_factory=FakeClock)
    database_url: str | None = None

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.home, database_url=self.database_url, decision_ttl_s=5.0)
        self.store = Store.open(self.settings, self.clock)
        self.records = self.store.parking
        self.barriers = Barriers(self.store, self.clock)
        self.parking = ParkingService(self.store, self.barriers, self.settings, 0.8, self.clock)
        self.records.rates.put(rate(), actor="test")
        self.records.lots.create(Lot(LOT, "North", "visitors", self.clock()), actor="test")
        for lane_id, kind in (("in", "entry"), ("out", "exit"), ("both", "both")):
            lane = Lane(LOT, lane_id, kind, self.clock(), barrier=BarrierSpec("simulated"))
            self.records.lanes.create(lane, actor="test")

    def close(self) -> None:
        self.barriers.close()
        self.store.close()

    def rules(self, **changes: object) -> None:
        """Give the lot other rules."""
        self.records.lots.change(replace(self.records.lots.get(LOT), **changes), actor="test")

    def right(self, kind: str = "permit", *plates: str, **changes: object) -> Right:
        values = {"valid_from": self.clock() - timedelta(days=1), "created_at": self.clock()} | changes
        if kind == "blocklist":
            values.setdefault("note", "unpaid fines")
        return self.records.rights.create(Right(new_id("rgt"), kind, plates or (PLATE,), **values), actor="test")

    def face_gate(self, gate_id: str) -> str:
        """The id of a new gate that compares faces and has a simulated barrier."""
        self.store.galleries.create("staff", purpose="building-access", title="Staff", actor="test")
        gate = Gate(gate_id, "staff", "identify", "none", 1e-3, self.clock(), barrier=BarrierSpec("simulated"))
        return self.store.gates.create(gate, actor="test").id

    def enter(self, plate: str | None = PLATE, **changes: object) -> Passage:
        return self.parking.enter(LOT, "in", seen(plate, self.clock(), **changes), actor="test")

    def leave(self, plate: str | None = PLATE, **changes: object) -> Passage:
        return self.parking.leave(LOT, "out", seen(plate, self.clock(), **changes), actor="test")

    def pay(self, session_id: str | None, amount: str, reference: str = "wx-1") -> Payment:
        return self.parking.pay(session_id or "", Decimal(amount), "CNY", reference=reference, actor="till")

    def wait(self, minutes: float) -> None:
        self.clock.advance(minutes * 60)

    def orders(self, lane_id: str) -> tuple[BarrierCommand, ...]:
        """All orders to the lane's barrier, once everything is carried out, oldest first."""
        self.barriers.close()
        return self.store.barriers.list(f"{LOT}/{lane_id}").items[::-1]
