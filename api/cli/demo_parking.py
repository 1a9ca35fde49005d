"""The demo's parking lot: two films of its lanes, a tariff, a few rights, and people who pay."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.table import Table

from api.cli.console import console
from api.cli.demo_api import COLOURS, DemoApi, Json
from api.cli.demo_clock import StoryClock
from sample_videos.parking.story import CARS, CURRENCY, PAYMENTS, RATE, RIGHTS, VISITS, ZONE, Visit, begins_s
from vision.errors import ConfigurationError

LOT = "demo-lot"
LANES = ("entry", "exit")
CAMERAS = {"demo-entry": "entry", "demo-exit": "exit"}
_ILLEGIBLE = ("not_enough_reads", "low_confidence", "implausible_text")
_PATIENCE_S = 60.0
_FPS = 5  # looked at a second: enough for cars at a gate, and the demo runs on small machines

Passed = tuple[str, str | None, str | None, str, str]
"""Lane, plate, kind, decision, reason."""


class ParkingScene:
    """The lot, its cameras, and what became of the cars.

    Args:
        api: of the demo.
        clock: of the whole installation; it begins with the films.
        clips: of the lanes, by their names.
    """

    cameras = tuple(CAMERAS)

    def __init__(self, api: DemoApi, clock: StoryClock, clips: dict[str, Path]) -> None:
        self._api = api
        self._clock = clock
        self._clips = clips
        self._passed: list[Passed] = []
        self._running: set[str] = set()

    def prepare(self) -> None:
        """Make the lot with its tariff, lanes and rights."""
        self._api.post("/v1/parking/rates", RATE)
        self._api.post("/v1/parking/lots", {"id": LOT, "title": "Parking of the demo", "rate": RATE["id"]})
        for lane in LANES:
            body = {"id": lane, "kind": lane, "barrier": {"kind": "simulated"}}
            self._api.post(f"/v1/parking/lots/{LOT}/lanes", body)
        for kind, car, note in RIGHTS:
            right = {"kind": kind, "lot": LOT, "plates": [CARS[car].text], "note": note}
            self._api.post("/v1/parking/rights", right)
        console.print(
            f"{LOT} has two lanes with simulated barriers; a permit, a free plate and a blocked one are known."
        )

    def start(self) -> None:
        """Play both films as live cameras."""
        console.print("playing a day at the lot in two films; between their scenes the demo's clock jumps on")
        for camera, lane in CAMERAS.items():
            url = f"{self._clips[lane].as_uri()}?play=live"
            watched = {"lane": "plate", "lane_id": f"{LOT}/{lane}", "fps": _FPS}
            self._api.post("/v1/cameras", {"id": camera, "url": url, **watched})

    def show(self, event: Json) -> bool:
        """Whether the event was of this lot; decisions are printed and kept."""
        if event["kind"] == "camera.state" and event["camera_id"] in CAMERAS and event["state"] == "running":
            self._running.add(event["camera_id"])
            if len(self._running) == len(CAMERAS):
                self._clock.begin()
        if event.get("lot_id") != LOT or event["decision"] is None:
            return False
        seen = self._api.get(f"/v1/parking/lots/{LOT}/observations/{event['decision_id']}")
        legible = event["reason"] not in _ILLEGIBLE
        told = (seen["plate"], seen["kind"]) if legible else (None, None)
        self._passed.append((event["lane_id"], *told, event["decision"], event["reason"]))
        console.print(self._line(event, told[0] or "not legible"))
        return True

    @contextmanager
    def drivers(self) -> Iterator["Future[None]"]:
        """People who pay at the machine, or before the barrier, while the films are played."""
        with ThreadPoolExecutor(1, thread_name_prefix="drivers") as pool:
            yield pool.submit(self._pay_all)

    def judge(self) -> None:
        """Print who was there, and fail unless every car was told once, rightly, and paid what it should.

        Raises:
            ConfigurationError: something is not what the films call for.
        """
        sessions = self._api.get(f"/v1/parking/lots/{LOT}/sessions", limit=100)["items"]
        console.print(_table(sessions))
        wanted = [one for visit in VISITS for one in _wanted(visit)]
        strange = [one for one in self._passed if one not in wanted]
        missing = [one for one in wanted if one not in self._passed]
        if strange or missing or len(wanted) != len(self._passed):
            raise ConfigurationError(f"parking: never came {missing}, came and should not {strange}, or came twice")
        fees = {CARS[visit.car].text: str(visit.fee) for visit in VISITS if visit.fee is not None}
        got = {one["plate"]: one["fee"]["amount"] for one in sessions if one["fee"]}
        if got != fees:
            raise ConfigurationError(f"parking: wanted fees {fees}, got {got}")

    def _pay_all(self) -> None:
        for payment in PAYMENTS:
            self._clock.wait_for(begins_s(payment.chapter) + payment.at_s, _PATIENCE_S)
            plate = CARS[payment.car].text
            asked = self._api.get(f"/v1/parking/lots/{LOT}/lookup", plate=plate, lane="exit")
            due = asked["due"]
            if due is None:
                raise ConfigurationError(f"parking: wanted {plate} to owe {payment.amount}, got {asked['reason']}")
            body = {"session": asked["session"], "reference": f"demo-{payment.car}", **due}
            self._api.post(f"/v1/parking/lots/{LOT}/payments", body)
            console.print(f"{'':>8}  {plate} pays {due['amount']} {due['currency']}")

    def _line(self, event: Json, plate: str) -> str:
        word, at = event["decision"], datetime.fromisoformat(event["occurred_at"]).astimezone(ZONE)
        text = f"{at:%H:%M:%S}  [bold {COLOURS[word]}]{word}[/] {event['lane_id']}: {plate}, {event['reason']}"
        if event["session_id"] is None or event["lane_id"] != "exit":
            return text
        session = self._api.get(f"/v1/parking/lots/{LOT}/sessions/{event['session_id']}")
        money = session["fee"] or session["due"]
        return f"{text}, {money['amount']} {money['currency']}"


def _wanted(visit: Visit) -> list[Passed]:
    """What must be told of a visit: one decision, and one more when it pays before the barrier."""
    car = CARS[visit.car]
    told = (visit.lane, None, None) if car.muddy else (visit.lane, car.text, car.kind)
    decisions = [(*told, visit.decision, visit.reason)]
    return [*decisions, (*told, "accepted", "paid")] if visit.due else decisions


def _table(sessions: list[Json]) -> Table:
    table = Table(title=f"{LOT}: stays", title_justify="left")
    for title in ("plate", "kind", "came", "left", "parks by", f"fee, {CURRENCY}"):
        table.add_column(title, justify="right" if title.startswith("fee") else "left")
    for one in reversed(sessions):
        came, left = (_local(one[name]) for name in ("entered_at", "left_at"))
        fee = one["fee"]["amount"] if one["fee"] else "inside"
        table.add_row(one["plate"], one["kind"], came, left, "a right" if one["right"] else "the tariff", fee)
    return table


def _local(moment: str | None) -> str:
    return "" if moment is None else f"{datetime.fromisoformat(moment).astimezone(ZONE):%d %b %H:%M}"
