"""The plate networks of this process, where it has them."""

from api.problems import UNAVAILABLE, Problem
from api.site import Site
from models.plates.lane import PlateLane


def open_lane(site: Site) -> PlateLane:
    """The plate lane.

    Raises:
        Problem: 503, none was set up here.
    """
    lane = site.assembly.networks.plates
    if lane is None:
        raise Problem(UNAVAILABLE, "no plate networks serve here: wanted CITYGATE_PLATE_DETECTOR and _PLATE_READER")
    return lane
