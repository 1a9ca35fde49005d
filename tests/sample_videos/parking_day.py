"""Both parking films, played through stages and services as cameras would, on the clock that the films show."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import av

from models.plates.lane import PlateLane
from pipelines.parking.places import Lane, Lot
from pipelines.parking.rates import parse_rate
from pipelines.parking.rights import Right
from pipelines.parking.sessions import Observation, Session
from pipelines.records.gate_values import BarrierSpec
from pipelines.records.store import Store
from pipelines.records.values import new_id
from pipelines.services.barriers import Barriers
from pipelines.services.parking import ParkingService
from pipelines.services.parking_gate import ParkingGate
from pipelines.settings import Settings
from pipelines.stages.plate import PlateStage, PlateVisit
from tests.fakes import FakeClock
from vision.types import Frame, Image

FILMS = Path(__file__).parents[2] / "sample_videos"
TRUTH: dict[str, Any] = json.loads((FILMS / "parking_truth.json").read_text("utf-8"))
LANES = ("entry", "exit")
LOT = "films"


@dataclass(frozen=True)
class Told:
    """A visit as it was told, and what was answered at once."""

    lane: str
    film_s: float
    visit: PlateVisit
    answer: Observation

    @property
    def plate(self) -> str | None:
        return self.visit.reading.text if self.visit.reading else None


class ParkingDay:
    """The lot of the films; `close` when done.

    Args:
        home: of the store.
        plates: the networks.
        step: every so manieth frame is looked at.
    """

    def __init__(self, home: Path, plates: PlateLane, step: int = 1) -> None:
        self._step = step
        self._clock = FakeClock(_wall_time(0.0) - timedelta(minutes=1))
        settings = Settings(home=home)
        self.store = Store.open(settings, self._clock)
        self._barriers = Barriers(self.store, self._clock)
        self.parking = ParkingService(self.store, self._barriers, settings, plates.gate_threshold, self._clock)
        self._gate = ParkingGate(self.parking, self.store)
        self._stages = {lane: PlateStage(plates, lane_id=f"{LOT}/{lane}") for lane in LANES}
        self.told: list[Told] = []
        self._film_s: dict[datetime, float] = {}
        self._open()

    def play(self) -> None:
        """Both films from the beginning to the end, and the payments between their frames."""
        payments = list(TRUTH["payments"])
        films = zip(*(_frames(lane, self._step) for lane in LANES), strict=True)
        for number, images in enumerate(films):
            film_s = number * self._step / TRUTH["fps"]
            self._clock.now = _wall_time(film_s)
            self._film_s[self._clock.now] = film_s
            while payments and payments[0]["at_s"] <= film_s:
                self._pay(payments.pop(0))
            for lane, image in zip(LANES, images, strict=True):
                frame = Frame(f"{lane}-camera", number, self._clock.now, image)
                self._take(lane, self._stages[lane].process(frame))
        for lane, stage in self._stages.items():
            self._take(lane, stage.finish())

    def sessions(self) -> tuple[Session, ...]:
        """All stays, newest first."""
        return self.store.parking.sessions.list(None, 100, lot_id=LOT).items

    def observations(self) -> tuple[Observation, ...]:
        """Everything that was seen, newest first, as the record says at last."""
        return self.store.parking.observations.list(None, 100, lot_id=LOT).items

    def close(self) -> None:
        self._barriers.close()
        self.store.close()

    def _take(self, lane: str, visits: list[PlateVisit]) -> None:
        for visit in visits:
            self._gate.on_visit(visit)
            answer = next(one for one in self.observations() if one.visit == visit.visit)
            self.told.append(Told(lane, self._film_s[visit.seen_at], visit, answer))

    def _pay(self, payment: dict[str, Any]) -> None:
        answer = self.parking.look_up(LOT, payment["plate"], lane_id="exit", actor="till")
        assert answer.session_id is not None
        amount = Decimal(payment["amount"])
        assert answer.due is not None
        assert answer.due.amount == amount
        self.parking.pay(
            answer.session_id, amount, TRUTH["currency"], reference=f"till-{payment['at_s']}", actor="till"
        )

    def _open(self) -> None:
        now, records = self._clock(), self.store.parking
        records.rates.put(parse_rate(TRUTH["rate"]), actor="test")
        records.lots.create(Lot(LOT, "Of the films", TRUTH["rate"]["id"], now), actor="test")
        for lane in LANES:
            records.lanes.create(Lane(LOT, lane, lane, now, barrier=BarrierSpec("simulated")), actor="test")
        for one in TRUTH["rights"]:
            right = Right(new_id("rgt"), one["kind"], (one["plate"],), now, now, lot_id=LOT, note=one["note"])
            records.rights.create(right, actor="test")


def _wall_time(film_s: float) -> datetime:
    chapter = [one for one in TRUTH["chapters"] if one["from_s"] <= film_s + 1e-6][-1]
    begins_at = datetime.fromisoformat(chapter["begins_at"]).astimezone(UTC)
    return begins_at + timedelta(seconds=round(film_s - chapter["from_s"], 3))


def _frames(lane: str, step: int) -> Iterator[Image]:
    with av.open(str(FILMS / f"parking_{lane}.mp4")) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for number, picture in enumerate(container.decode(video=0)):
            if number % step == 0:
                yield picture.to_ndarray(format="bgr24")
