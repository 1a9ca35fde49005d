"""Everything that one process runs, opened from its settings and closed in order."""

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from pipelines.bus.outbox import Outbox
from pipelines.bus.relay import Relay
from pipelines.bus.sink import StoreSink
from pipelines.cameras import read_cameras
from pipelines.gallery.follower import Follower
from pipelines.gallery.galleries import Galleries
from pipelines.gallery.tender import Tender
from pipelines.ingest.runtime import CameraRuntime, FaceWork, PlateWork, StreetWork
from pipelines.networks import Networks, open_networks
from pipelines.outlets.dispatcher import Dispatcher
from pipelines.outlets.ways import Ways
from pipelines.records.paging import every
from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.services.barriers import Barriers
from pipelines.services.cameras import CameraService
from pipelines.services.cases import CaseService, read_rules
from pipelines.services.challenges import Challenges
from pipelines.services.enrolment import EnrolmentService
from pipelines.services.gates import GateService
from pipelines.services.parking import ParkingService
from pipelines.services.parking_gate import ParkingGate
from pipelines.services.redaction import Redactor
from pipelines.services.street_reports import StreetReports
from pipelines.settings import Settings, utc_now


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """One process's parts; `close` when done.

    Opened in this order: store (a wrong master key refuses before anything else happens), networks, services; then
    the threads start.

    Stop order:
        1. Cameras: nobody new is seen, and results already made are delivered.
        2. Relay: the spool is emptied for a moment; what is left in it is delivered after the next start.
        3. Barriers: orders already given are carried out, or expire.
        4. Outlets: what is being sent is ended; the rest is sent after the next start, or by another process.
        5. Tender, follower and sweeper: end after what they are at.
        6. Store.
    """

    settings: Settings
    clock: Callable[[], datetime]
    store: Store
    networks: Networks
    enrolments: EnrolmentService
    gates: GateService
    parking: ParkingService
    cases: CaseService
    cameras: CameraService
    relay: Relay
    sink: StoreSink
    sweeper: Sweeper
    follower: Follower
    outlets: Dispatcher
    _closing: ExitStack

    @classmethod
    def open(
        cls,
        settings: Settings,
        clock: Callable[[], datetime] = utc_now,
        open_networks: Callable[[Settings], Networks] = open_networks,
    ) -> Self:
        """Everything that the settings name; what was opened is closed again when a later part cannot be.

        Raises:
            WrongMasterKey: the store was sealed with another master key; nothing was changed.
            ConfigurationError, ModelError: settings, manifests, files or the provider are wrong.
        """
        with ExitStack() as closing:
            store = Store.open(settings, clock)
            closing.callback(store.close)
            networks = open_networks(settings)
            enrolments = EnrolmentService(store, networks.lane, networks.thresholds)
            gates = _gates(settings, clock, store, networks)
            sweeper = Sweeper(store, settings)
            closing.callback(sweeper.close)
            follower = Follower(store, gates.galleries, settings.gallery_poll_s)
            closing.callback(follower.close)
            tender = _tender(gates)
            closing.callback(tender.close)
            outlets = Dispatcher(store, Ways.of(settings, clock))
            closing.callback(outlets.close)
            closing.callback(gates.barriers.close)
            parking = _parking(gates, networks)
            cases = _cases(gates, networks)
            sink = StoreSink(store, lambda report, camera_id: cases.report(report, actor=camera_id))
            relay = Relay(settings, sink)
            closing.callback(relay.close)
            cameras = _cameras(gates, parking, cases, networks, relay.outbox)
            closing.callback(cameras.close)
            cases = replace(cases, health=cameras.sees)
            sweeper.start()
            tender.start()
            follower.start()
            outlets.start()
            relay.start()
            cameras.start()
            services = (enrolments, gates, parking, cases, cameras, relay, sink)
            return cls(settings, clock, store, networks, *services, sweeper, follower, outlets, closing.pop_all())

    def close(self) -> None:
        """Stop everything, in the order above."""
        self._closing.close()


def _gates(settings: Settings, clock: Callable[[], datetime], store: Store, networks: Networks) -> GateService:
    return GateService(
        store=store,
        galleries=Galleries(store, settings.exact_search_limit, settings.gallery_stale_s),
        lane=networks.lane,
        thresholds=networks.thresholds,
        challenges=Challenges(clock),
        barriers=Barriers(store, clock),
        settings=settings,
        clock=clock,
    )


def _tender(gates: GateService) -> Tender:
    searched = {gate.gallery_id for gate in every(gates.store.gates.list)}
    return Tender(gates.galleries, itertools.product(searched, gates.lane.embedders))


def _parking(gates: GateService, networks: Networks) -> ParkingService:
    threshold = {"min_confidence": networks.plates.gate_threshold} if networks.plates else {}
    return ParkingService(gates.store, gates.barriers, gates.settings, clock=gates.clock, **threshold)


def _cameras(
    gates: GateService, parking: ParkingService, cases: CaseService, networks: Networks, outbox: Outbox
) -> CameraService:
    file = gates.settings.cameras_file
    plates = PlateWork(networks.plates, ParkingGate(parking, gates.store, outbox)) if networks.plates else None

    def run(service: CameraService) -> CameraRuntime:
        faces = FaceWork(gates.lane, service, gates.limits)
        # Cases ask the cameras whether they see, and cameras tell of cases: both are there only now.
        street = StreetWork(StreetReports(replace(cases, health=service.sees), outbox), networks.street_detector)
        return CameraRuntime(faces, plates, street, clock=gates.clock, on_state=service.on_state)

    configured = read_cameras(file, gates.clock) if file else ()
    return CameraService(gates.store, gates, gates.clock, configured, run, outbox)


def _cases(gates: GateService, networks: Networks) -> CaseService:
    kinds, cities = read_rules(gates.settings)
    return CaseService(
        gates.store,
        kinds,
        cities,
        here=networks.street,
        redactor=Redactor.of(networks, gates.settings),
        clock=gates.clock,
    )
