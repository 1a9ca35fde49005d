"""`bench records`: events end to end, from who makes them to the commit in the database, per store."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial

from sqlalchemy import make_url

from benchmarks.options import BenchOptions
from benchmarks.record_flow import REPEAT_EVERY, Flow, Load, run_flow
from benchmarks.redis_process import redis_is_here, running_redis
from benchmarks.result import Metrics, Result, this_machine

EVENTS = 60_000
AT_ONCE = 50


def run(options: BenchOptions, *, at_once: int = AT_ONCE, posters: int = 1, database_url: str | None = None) -> Result:
    """Events a second, and what was lost or is there twice, for each store with and without Redis before it.

    Args:
        options: `limit` is the number of events, 60,000 unless given.
        at_once: events of one post.
        posters: threads that post.
        database_url: of a PostgreSQL server, measured too.

    Raises:
        ConfigurationError: a peer (there is none), or events that do not arrive.
    """
    options.check_peers(())
    load = Load(options.limit or EVENTS, at_once, posters)
    measures = _measures(load, database_url)
    flows = {name: measures[name]() for name in options.progress(list(measures), "moving")}
    return Result(
        benchmark="records",
        command=without_password(options.command, database_url),
        models=(),
        machine=this_machine(options.provider, options.threads),
        n=load.events,
        metrics=_metrics(flows),
        conditions={
            "input": f"{load.events} synthetic plate readings of 500 cameras, {at_once} in a post, by {posters} "
            f"threads; one post in {REPEAT_EVERY} is repeated",
            "path": "outbox, spool (SQLite, every commit synced), bus, reader, store (every commit synced)",
            "processes": "without Redis one; with Redis one that makes the events, one that reads, and the server",
            "time": "from the first post to the commit of the last event",
            "cpu_us_per_event": "processor time of the process that reads, without the one that makes and the servers",
            "redis": redis_is_here(),
        },
    )


def without_password(command: str, database_url: str | None) -> str:
    if database_url is None:
        return command
    return command.replace(database_url, make_url(database_url).render_as_string(hide_password=True))


def _measures(load: Load, database_url: str | None) -> Mapping[str, Callable[[], Flow]]:
    stores = {"sqlite": None} if database_url is None else {"sqlite": None, "postgresql": database_url}
    measures: dict[str, Callable[[], Flow]] = {}
    for store, url in stores.items():
        measures[store] = partial(_flow, load, url, redis=False)
        if redis_is_here():
            measures[f"{store}+redis"] = partial(_flow, load, url, redis=True)
    return measures


def _flow(load: Load, database_url: str | None, *, redis: bool) -> Flow:
    with running_redis() if redis else nullcontext() as redis_url:
        return run_flow(load, redis_url, database_url)


def _metrics(flows: Mapping[str, Flow]) -> Metrics:
    return {
        "events_per_s": {name: flow.events_per_s for name, flow in flows.items()},
        "lost": {name: flow.lost for name, flow in flows.items()},
        "duplicated": {name: flow.duplicated for name, flow in flows.items()},
        "cpu_us_per_event": {name: flow.cpu_s / flow.acknowledged * 1e6 for name, flow in flows.items()},
        "repeated": {name: flow.repeated for name, flow in flows.items()},
    }
