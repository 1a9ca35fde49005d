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
from pipelines.ingest.lanes import LANES, FaceWork, Lanes, PlateWork, StreetWork
from pipelines.ingest.reading import Reading
from pipelines.ingest.runtime import CameraRuntime
from pipelines.networks import Networks, open_networks
from pipelines.outlets.dispatcher import Dispatcher
from pipelines.outlets.ways import Ways
from pipelines.records.paging import every
from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.services.barriers import Barriers
from pipelines.services.camera_duty import Duty
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
from pipelines.shards.board import WorkerBoard
from pipelines.shards.membership import open_membership


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """What a process does with cameras.

    Attributes:
        duty: which it runs.
        holds: whether a camera is still its own.
    """

    duty: Duty
    holds: Callable[[str], bool] = lambda _camera_id: True


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """One process's parts; `close` when done.

    Opened in this order: store (a wrong master key refuses before anything else happens), networks, services; then
    the threads start: follower and relay (galleries are followed and records are taken before anybody is seen),
    sweeper, tender and outlets, and the cameras last.

    With a `Role` it is a worker's: its cameras are begun and stopped by its `Keeper`, and what one process does for
    all (the sweeper, the outlets, indexes that are ready before anybody asks) is left to the API. Its records go over
    a relay of its own, and its indexes follow what other processes enrol and remove.

    Stop order:
        1. Cameras: nobody new is seen, and results already made are delivered.
        2. Relay: the spool is emptied for a moment; what is left in it is delivered after the next start.
        3. Board of workers and barriers: orders already given are carried out, or expire.
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
    runtime: CameraRuntime
    board: WorkerBoard | None
    _closing: ExitStack

    @classmethod
    def open(
        cls,
        settings: Settings,
        clock: Callable[[], datetime] = utc_now,
        open_networks: Callable[[Settings], Networks] = open_networks,
        role: Role | None = None,
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
            board = _board(settings, closing) if role is None and settings.worker_lanes else None
            sink = StoreSink(store, lambda report, camera_id: cases.report(report, actor=camera_id))
            relay = Relay(settings, sink)
            closing.callback(relay.close)
            mine = role or _api_role(settings, board)
            cameras, runtime = _cameras(gates, parking, cases, networks, relay.outbox, mine)
            closing.callback(cameras.close)
            cases = replace(cases, health=cameras.sees)
            follower.start()
            relay.start()
            if role is None:
                sweeper.start()
                tender.start()
                outlets.start()
                cameras.start()
            services = (enrolments, gates, parking, cases, cameras, relay, sink)
            tasks = (sweeper, follower, outlets, runtime, board)
            return cls(settings, clock, store, networks, *services, *tasks, closing.pop_all())

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


def _api_role(settings: Settings, board: WorkerBoard | None) -> Role:
    return Role(Duty(frozenset(LANES) - set(settings.worker_lanes), board))


def _board(settings: Settings, closing: ExitStack) -> WorkerBoard:
    membership = open_membership(settings)
    closing.callback(membership.close)
    return WorkerBoard(membership)


def _cameras(
    gates: GateService, parking: ParkingService, cases: CaseService, networks: Networks, outbox: Outbox, role: Role
) -> tuple[CameraService, CameraRuntime]:
    file = gates.settings.cameras_file
    runtimes: list[CameraRuntime] = []
    plates = PlateWork(networks.plates, ParkingGate(parking, gates.store, outbox)) if networks.plates else None

    def run(service: CameraService) -> CameraRuntime:
        faces = FaceWork(gates.lane, service, gates.limits)
        # Cases ask the cameras whether they see, and cameras tell of cases: both are there only now.
        street = StreetWork(StreetReports(replace(cases, health=service.sees), outbox), networks.street_detector)
        lanes = Lanes(faces, plates, street)
        reading = Reading.of(gates.settings)
        runtimes.append(CameraRuntime(lanes, reading, clock=gates.clock, on_state=service.on_state, holds=role.holds))
        return runtimes[0]

    configured = read_cameras(file, gates.clock) if file else ()
    return CameraService(gates.store, gates, gates.clock, configured, run, role.duty, outbox), runtimes[0]


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
