"""What happens at the parking lot: who comes when, and what the gate must make of it, reckoned by hand.

Two cameras film the same minutes, one in the lane in and one in the lane out, and only while something happens: between
two chapters the clock goes on and the films do not. Within a chapter a second of film is a second of the day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from sample_videos.parking.bodies import BodyName
from sample_videos.parking.cars import Light, Look

FPS = 10
CURRENCY = "CNY"
ZONE = ZoneInfo("Asia/Shanghai")
PAY_DELAY_S = 0.4
"""Who pays at the machine does so this long after a chapter has begun; no car is at the barrier yet."""

LaneName = Literal["entry", "exit"]
End = Literal["through", "back", "stay"]
"""It drives through, backs away, or stands there still when the chapter ends."""

_DAY = Light((1.0, 1.0, 1.0), 0.98, lamps=False)
_DULL = Light((0.86, 0.84, 0.82), 0.86, lamps=False)
_NIGHT = Light((0.33, 0.29, 0.26), 0.78, lamps=True)
_DAWN = Light((0.7, 0.66, 0.68), 0.8, lamps=True)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A piece of both films without a gap.

    Attributes:
        begins_at: local time.
        length_s: of film and of the day alike.
    """

    begins_at: datetime
    length_s: float
    light: Light


@dataclass(frozen=True, slots=True)
class PlateSpec:
    """A plate and the car that carries it.

    Attributes:
        text: as a reader reads it.
        kind: a word of `vision.plate_alphabet.KINDS`.
        seed: of its paint and screws.
        muddy: nobody can read it.
    """

    text: str
    kind: str
    seed: int
    body: BodyName
    paint: tuple[int, int, int]
    muddy: bool = False

    @property
    def look(self) -> Look:
        """What its car looks like."""
        return Look(self.body, self.paint, _SIZES_M.get(self.kind, (0.44, 0.14)))


@dataclass(frozen=True, slots=True)
class Visit:
    """One car before one camera, once.

    Attributes:
        chapter: its number, from 0.
        stops_s: seconds into the chapter at which it stands at the line.
        stands_s: how long it stands there.
        end: how it leaves.
        decision, reason: what the gate must answer.
        fee: what the stay cost, of a car that goes out.
        due: what must be paid first; the barrier opens when it was.
        behind: it drives close behind this plate's car, without stopping; `stops_s` is when that one drives on.
    """

    lane: LaneName
    chapter: int
    car: str
    stops_s: float
    stands_s: float
    decision: Literal["accepted", "rejected", "unknown"]
    reason: str
    end: End = "through"
    fee: Decimal | None = None
    due: Decimal | None = None
    behind: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Somebody pays, so many seconds into a chapter."""

    chapter: int
    at_s: float
    car: str
    amount: Decimal


_SIZES_M = {"green": (0.48, 0.14), "yellow_double": (0.44, 0.22), "latin": (0.52, 0.11)}


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


CHAPTERS = (
    Chapter(_at(16, 8, 2), 11.2, _DAY),
    Chapter(_at(16, 8, 12), 15.8, _DAY),
    Chapter(_at(16, 9, 25), 8.0, _DULL),
    Chapter(_at(16, 10, 40), 15.2, _DAY),
    Chapter(_at(16, 21, 40), 14.6, _NIGHT),
    Chapter(_at(17, 6, 30), 8.2, _DAWN),
)

CARS = {
    "visitor": PlateSpec("苏E5M316", "blue", 11, "saloon", (60, 56, 178)),
    "electric": PlateSpec("粤AD37192", "green", 20, "hatch", (214, 210, 206)),
    "minibus": PlateSpec("沪B63K27", "yellow", 28, "minibus", (188, 194, 196)),
    "guest": PlateSpec("CK472HR", "latin", 29, "hatch", (132, 92, 46)),
    "lorry": PlateSpec("鲁H36V94", "yellow_double", 27, "lorry", (170, 92, 40)),
    "patrol": PlateSpec("京A0158警", "police", 16, "patrol", (236, 236, 234)),
    "debtor": PlateSpec("浙C91T57", "blue", 17, "suv", (58, 54, 52)),
    "border": PlateSpec("粤ZK278港", "hk_macau", 29, "suv", (96, 90, 84)),
    "muddy": PlateSpec("湘A46R13", "blue", 19, "hatch", (70, 120, 96), muddy=True),
    "stranger": PlateSpec("闽D62K95", "blue", 20, "saloon", (150, 146, 140)),
}

_FREE, _NOTHING = "within_free_time", Decimal("0.00")
VISITS = (
    Visit("entry", 0, "visitor", 3.1, 1.3, "accepted", "new_session"),
    Visit("entry", 0, "electric", 7.8, 1.2, "accepted", "new_session"),
    Visit("exit", 0, "stranger", 4.0, 2.0, "unknown", "no_session", "back"),
    Visit("entry", 1, "minibus", 3.1, 7.0, "accepted", "new_session"),
    Visit("entry", 1, "guest", 10.1, 0.4, "accepted", "new_session", behind="minibus"),
    # 10 minutes, of which 15 are free.
    Visit("exit", 1, "electric", 3.6, 1.3, "accepted", _FREE, fee=_NOTHING),
    Visit("entry", 2, "lorry", 3.1, 1.4, "accepted", "permit"),
    # 73 minutes: 5.00 for the first hour, 2.00 for the half hour that has begun. It has paid at the machine.
    Visit("exit", 2, "guest", 4.7, 1.2, "accepted", "paid", fee=Decimal("7.00")),
    Visit("entry", 3, "patrol", 3.1, 1.2, "accepted", "whitelisted"),
    Visit("entry", 3, "debtor", 8.4, 2.2, "rejected", "blocklisted", "back"),
    # 158 minutes: 5.00, and four half hours.
    Visit("exit", 3, "visitor", 4.6, 1.2, "accepted", "paid", fee=Decimal("13.00")),
    # 148 minutes: 5.00, and three half hours. It pays before the barrier and is let out.
    Visit("exit", 3, "minibus", 9.2, 3.6, "rejected", "payment_due", fee=Decimal("11.00"), due=Decimal("11.00")),
    Visit("entry", 4, "border", 3.1, 1.2, "accepted", "new_session"),
    Visit("entry", 4, "muddy", 7.9, 6.8, "unknown", "not_enough_reads", "stay"),
    Visit("exit", 4, "lorry", 3.1, 1.4, "accepted", "permit", fee=_NOTHING),
    Visit("exit", 4, "patrol", 8.8, 1.2, "accepted", "whitelisted", fee=_NOTHING),
    # 8 hours and 50 minutes of one night: nine hours begun at 1.00, and no night costs more than 8.00.
    Visit("exit", 5, "border", 4.6, 1.2, "accepted", "paid", fee=Decimal("8.00")),
)

PAYMENTS = (
    Payment(2, PAY_DELAY_S, "guest", Decimal("7.00")),
    Payment(3, PAY_DELAY_S, "visitor", Decimal("13.00")),
    Payment(3, 11.2, "minibus", Decimal("11.00")),
    Payment(5, PAY_DELAY_S, "border", Decimal("8.00")),
)

RIGHTS = (("permit", "lorry", "monthly"), ("whitelist", "patrol", "police"), ("blocklist", "debtor", "left unpaid"))
"""Kind, car and note."""

RATE = {
    "id": "visitors",
    "currency": CURRENCY,
    "time_zone": ZONE.key,
    "free_minutes": 15,
    "grace_minutes": 15,
    "steps": [{"minutes": 60, "price": "5.00"}, {"minutes": 30, "price": "2.00"}],
    "daily_cap": {"price": "40.00", "per": "24h"},
    "night": {"begins": "21:00", "ends": "07:00", "step": {"minutes": 60, "price": "1.00"}, "cap": "8.00"},
}


def begins_s(chapter: int) -> float:
    """Where in the films the chapter begins, seconds."""
    return round(sum((one.length_s for one in CHAPTERS[:chapter]), 0.0), 3)


SECONDS = begins_s(len(CHAPTERS))


def chapter_at(film_s: float) -> int:
    """The number of the chapter at this second of film; the last one goes on for ever."""
    begun = [number for number in range(len(CHAPTERS)) if begins_s(number) <= film_s + 1e-6]
    return begun[-1] if begun else 0


def wall_time(film_s: float) -> datetime:
    """What the clock shows at this second of film: local time of the lot."""
    number = chapter_at(film_s)
    return CHAPTERS[number].begins_at + timedelta(seconds=film_s - begins_s(number))
