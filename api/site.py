"""What routes work with: the assembly of this process and the limits of this app."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.event_signal import EventSignal
from api.limits import InferenceSlots, RateLimit
from api.metrics import Metrics
from pipelines.assembly import Assembly
from pipelines.records.store import Store
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One running app.

    Attributes:
        rate: of each key's requests.
        slots: held by requests that look at pictures.
        signal: wakes the event streams.
    """

    assembly: Assembly
    rate: RateLimit
    slots: InferenceSlots
    signal: EventSignal
    metrics: Metrics

    @property
    def store(self) -> Store:
        return self.assembly.store

    @property
    def settings(self) -> Settings:
        return self.assembly.settings


async def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteDep = Annotated[Site, Depends(_site)]
