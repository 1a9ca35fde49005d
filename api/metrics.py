"""What Prometheus reads at /metrics."""

import time
from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.bus.relay import BusHealth
from pipelines.gallery.galleries import ReplicaStatus
from pipelines.ingest.status import CameraStatus
from pipelines.parking.sessions import Passage
from pipelines.records.gate_values import Decision
from pipelines.records.outlet_values import OutletStatus
from vision.plate_alphabet import PlateKind

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Around the targets: 5 ms of own work, 30 ms for a decision on one core.
LATENCY_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


_CAMERA_COUNTS: tuple[tuple[str, str, Callable[[CameraStatus], int]], ...] = (
    ("citygate_camera_analysed_frames", "Frames that were analysed.", lambda one: one.frames_analysed),
    ("citygate_camera_stale_frames", "Frames that were too old when their turn came.", lambda one: one.frames_stale),
    ("citygate_camera_still_frames", "Frames in which nothing moved.", lambda one: one.frames_still),
    ("citygate_camera_failures", "Analyses and deliveries that broke.", lambda one: one.failures),
)


class Metrics:
    """The counters of one app, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "citygate_http_requests", "Answered requests.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "citygate_http_seconds",
            "From the request to the start of its answer.",
            ["method", "route"],
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self._decisions = Counter(
            "citygate_decisions",
            "Decisions of gates, of shadow gates the recorded ones.",
            ["gate", "decision", "reason"],
            registry=self.registry,
        )
        self._passages = Counter(
            "citygate_parking_passages",
            "Cars in parking lanes, by what was decided.",
            ["lot", "direction", "decision", "reason"],
            registry=self.registry,
        )
        self._plates = Counter(
            "citygate_plate_readings",
            "Plates read off uploaded pictures; accepted: certain enough for a gate.",
            ["kind", "accepted"],
            registry=self.registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def decided(self, decision: Decision) -> None:
        """Count one decision; of its reason only the word before the colon, for what follows has many values."""
        self._decisions.labels(decision.gate_id, decision.decision, decision.reason.partition(":")[0]).inc()

    def plate_read(self, kind: PlateKind, *, accepted: bool) -> None:
        """Count one plate that was read off an uploaded picture."""
        self._plates.labels(kind, str(accepted).lower()).inc()

    def passed(self, passage: Passage) -> None:
        """Count one car in a parking lane."""
        self._passages.labels(passage.lot_id, passage.direction, passage.decision, passage.reason).inc()

    def watch_cameras(self, cameras: Callable[[], Sequence[CameraStatus]]) -> None:
        """Have the cameras' drops read at every scrape."""
        self.registry.register(_CameraDrops(cameras))

    def watch_outlets(self, outlets: Callable[[], Sequence[OutletStatus]]) -> None:
        """Have the outlets' progress read at every scrape."""
        self.registry.register(_OutletProgress(outlets))

    def watch_galleries(self, replicas: Callable[[], Sequence[ReplicaStatus]]) -> None:
        """Have the galleries' versions and lags read at every scrape."""
        self.registry.register(_GalleryReplicas(replicas))

    def watch_bus(self, health: Callable[[], BusHealth]) -> None:
        """Have the bus looked at at every scrape."""
        self.registry.register(_Bus(health))

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)


class _CameraDrops(Collector):
    def __init__(self, cameras: Callable[[], Sequence[CameraStatus]]) -> None:
        self._cameras = cameras

    def collect(self) -> Iterator[Metric]:
        dropped = CounterMetricFamily(
            "citygate_camera_dropped_frames", "Frames nobody had time for.", labels=["camera"]
        )
        for camera in self._cameras():
            dropped.add_metric([camera.camera_id], camera.frames_dropped)
        yield dropped
        for name, words, count in _CAMERA_COUNTS:
            family = CounterMetricFamily(name, words, labels=["camera"])
            for camera in self._cameras():
                family.add_metric([camera.camera_id], count(camera))
            yield family


class _OutletProgress(Collector):
    def __init__(self, outlets: Callable[[], Sequence[OutletStatus]]) -> None:
        self._outlets = outlets

    def collect(self) -> Iterator[Metric]:
        lag = GaugeMetricFamily(
            "citygate_outlet_lag_events", "Numbers between the outlet's cursor and the newest event.", labels=["outlet"]
        )
        aside = GaugeMetricFamily(
            "citygate_outlet_set_aside", "Refused events, by what becomes of them.", labels=["outlet", "state"]
        )
        delivered = CounterMetricFamily("citygate_outlet_delivered_events", "Events taken.", labels=["outlet"])
        failed = CounterMetricFamily("citygate_outlet_failed_tries", "Tries that were not taken.", labels=["outlet"])
        for status in self._reached():
            outlet_id = status.outlet.id
            lag.add_metric([outlet_id], status.lag)
            aside.add_metric([outlet_id, "set_aside"], status.set_aside)
            aside.add_metric([outlet_id, "dead"], status.dead)
            delivered.add_metric([outlet_id], status.outlet.progress.delivered)
            failed.add_metric([outlet_id], status.outlet.progress.failed)
        yield from (lag, aside, delivered, failed)

    def _reached(self) -> Sequence[OutletStatus]:
        """Nothing while the records cannot be reached: the other figures are wanted then, too."""
        try:
            return self._outlets()
        except OperationalError:
            return ()


class _GalleryReplicas(Collector):
    def __init__(self, replicas: Callable[[], Sequence[ReplicaStatus]]) -> None:
        self._replicas = replicas

    def collect(self) -> Iterator[Metric]:
        labels = ["gallery", "model"]
        templates = GaugeMetricFamily("citygate_gallery_templates", "Templates in this process's index.", labels=labels)
        version = GaugeMetricFamily("citygate_gallery_version", "Last change that is in it.", labels=labels)
        behind = GaugeMetricFamily("citygate_gallery_behind", "Changes that are not in it.", labels=labels)
        lag = GaugeMetricFamily("citygate_gallery_lag_seconds", "Since it was known to hold all.", labels=labels)
        rebuilds = CounterMetricFamily("citygate_gallery_rebuilds", "For changes that were missing.", labels=labels)
        for replica in self._replicas():
            space = [replica.gallery_id, replica.model_id]
            templates.add_metric(space, replica.templates)
            version.add_metric(space, replica.version)
            behind.add_metric(space, replica.behind)
            lag.add_metric(space, replica.lag_s)
            rebuilds.add_metric(space, replica.rebuilds)
        yield from (templates, version, behind, lag, rebuilds)


class _Bus(Collector):
    def __init__(self, health: Callable[[], BusHealth]) -> None:
        self._health = health

    def describe(self) -> Iterator[Metric]:
        """Nothing: to be registered must not ask the bus."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        health = self._health()
        if health.state is not None:
            yield GaugeMetricFamily("citygate_bus_depth", "Records on the bus.", health.state.depth)
            yield GaugeMetricFamily("citygate_bus_pending", "Records delivered, not committed.", health.state.pending)
            if health.state.lag is not None:
                yield GaugeMetricFamily("citygate_bus_lag", "Records on the bus, not delivered.", health.state.lag)
        yield GaugeMetricFamily("citygate_spool_records", "Records in this process's spool.", health.spooled)
        problem = GaugeMetricFamily("citygate_bus_problem", "1 while it lasts.", labels=["problem"])
        for word in health.problems:
            problem.add_metric([word], 1)
        yield problem
        dropped = CounterMetricFamily(
            "citygate_bus_dropped", "Records of street cameras that neither spool nor database took.", labels=["kind"]
        )
        for kind, count in health.dropped.items():
            dropped.add_metric([kind], count)
        yield dropped
        if health.tally is not None:
            yield CounterMetricFamily("citygate_bus_stored", "Records that this reader stored.", health.tally.stored)
            yield CounterMetricFamily("citygate_bus_repeated", "Of them stored before.", health.tally.repeated)
            yield CounterMetricFamily("citygate_bus_dead", "Records that this reader gave up.", health.tally.dead)
            relieved = (
                "Late records stored without somebody erased meanwhile, and such dead letters that were not kept."
            )
            yield CounterMetricFamily("citygate_bus_relieved", relieved, health.tally.relieved)


class RequestMetrics:
    """Counts and times the requests of `app`."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - started
                # The template, not the address: ids would make a series each.
                route = getattr(scope.get("route"), "path", "unknown")
                # Any word may stand there as a method; each would make a series.
                method = scope["method"] if scope["method"] in METHODS else "other"
                self._metrics.answered(method, route, message["status"], seconds)
            await send(message)

        await self._app(scope, receive, send_and_count)
