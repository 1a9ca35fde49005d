"""The city that the capacity page plans for: how many cameras, and how many records a second at each hour of a day."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.errors import ConfigurationError

CITY_CAMERAS = 280_000
DISTRICT_CAMERAS = 25_000
PEAK_PER_S = 1_200
RECORDS_A_DAY = 20_000_000
# Assumed, not counted anywhere: two rush hours over a flat day. What is given is the sum, RECORDS_A_DAY, and the
# highest second, PEAK_PER_S: here that rate lasts for the whole hour from eight to nine.
RECORDS_OF_HOUR = (
    *(120_000, 80_000, 60_000, 60_000, 90_000, 240_000),
    *(700_000, 1_900_000, 4_320_000, 1_500_000, 800_000, 750_000),
    *(800_000, 700_000, 700_000, 800_000, 1_100_000, 1_900_000),
    *(1_700_000, 640_000, 400_000, 300_000, 200_000, 140_000),
)
HOUR_S = 3_600
LONGEST_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the city, and of its day.

    Attributes:
        cameras: how many of the city's.
        hour: of the day at which it begins, 0..23.
        seconds: how long.

    Raises:
        ConfigurationError: no part of the city or of a day.
    """

    cameras: int = DISTRICT_CAMERAS
    hour: int = 8
    seconds: int = 60

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("cameras", self.cameras, 1, CITY_CAMERAS),
            ("hour", self.hour, 0, 23),
            ("seconds", self.seconds, 1, LONGEST_S),
        ):
            if not least <= value <= most:
                raise ConfigurationError(f"{name}: wanted {least} to {most}, got {value}")

    @property
    def of_city(self) -> float:
        """Its cameras over the city's, 0..1."""
        return self.cameras / CITY_CAMERAS

    def arrivals(self) -> npt.NDArray[np.int64]:
        """(seconds,) records that begin in each second, so that after every second the sum is right to within one."""
        hours = (self.hour + np.arange(self.seconds) // HOUR_S) % 24
        # In records x seconds x cameras, whole numbers: a day of the whole city is 2e16, below 2**63.
        until = np.cumsum(np.asarray(RECORDS_OF_HOUR, dtype=np.int64)[hours]) * self.cameras
        return np.diff(until // (HOUR_S * CITY_CAMERAS), prepend=0)


def camera_name(number: int) -> str:
    """Of camera 0..279,999: 25,000 in each of eleven districts, the last 5,000 in the centre, which is the twelfth."""
    return f"district-{number // DISTRICT_CAMERAS + 1:02d}-cam-{number % DISTRICT_CAMERAS:05d}"
