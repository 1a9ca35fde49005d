"""`bench city`: what a part of the city's cameras tells, by the clock of a day, through Redis and the store."""

import os

import numpy as np
import numpy.typing as npt
from pydantic import JsonValue

from benchmarks.city_day import CITY_CAMERAS, HOUR_S, PEAK_PER_S, RECORDS_A_DAY, RECORDS_OF_HOUR, Share
from benchmarks.city_plan import KINDS, RETRY_AFTER_S, Plan, drawn_plan
from benchmarks.city_records import MIX
from benchmarks.city_replay import Replay, replay
from benchmarks.options import BenchOptions
from benchmarks.records import without_password
from benchmarks.redis_process import redis_is_here
from benchmarks.result import Listing, Metrics, Result, this_machine
from benchmarks.timing import percentiles_ms
from vision.errors import ConfigurationError

KEPT_UP_S = 5.0
"""A record that is in the database so long after it was offered is in time."""


def run(options: BenchOptions, *, share: Share, database_url: str | None = None) -> Result:
    """Offer what the share's cameras tell, at their rate, and say whether all of it was stored once and in time.

    Args:
        options: `seed` draws cameras, kinds and moments.
        share: of the city and of its day.
        database_url: of a PostgreSQL server on which databases may be made; None: SQLite.

    Raises:
        ConfigurationError: a peer (there is none), `limit`, no Redis server, or a process that ended early.
    """
    options.check_peers(())
    if options.limit is not None:
        raise ConfigurationError("--limit: wanted --cameras and --seconds, which say how much is offered")
    if not redis_is_here():
        raise ConfigurationError("city: wanted redis-server to be installed, found none")
    plan = drawn_plan(share, options.seed)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    done = replay(plan, share.seconds, database_url, options.progress)
    return Result(
        benchmark="city",
        command=without_password(options.command, database_url),
        models=(),
        machine=this_machine(options.provider, options.threads),
        n=plan.records,
        metrics=_metrics(share, plan, done),
        conditions=_conditions(share, plan, database_url) | {"load": f"{load} processes wanted a core before it began"},
        listings=(_by_kind(plan, done),),
    )


def kept_up(done: Replay) -> bool:
    """Whether nothing is missing and each record was committed in time."""
    account = done.account
    whole = (account.lost, account.duplicated, account.strange, len(done.offered.refused)) == (0, 0, 0, 0)
    return whole and max(done.lag_s, default=0.0) <= KEPT_UP_S


def _metrics(share: Share, plan: Plan, done: Replay) -> Metrics:
    account, stored = done.account, max(1, done.account.stored)
    cpu_s = {"cameras": done.offered.cpu_s, "redis": done.redis_cpu_s, "keeper": done.kept.cpu_s}
    per_s = stored / (cpu_s["redis"] + cpu_s["keeper"])
    lag = percentiles_ms(done.lag_s, "lag") | {"lag_max": max(done.lag_s, default=0.0) * 1e3}
    return {
        "kept_up": kept_up(done),
        "planned_per_s": round(float(share.arrivals().mean()), 1),
        "offered_per_s": round(plan.records / float(plan.first_due_s().max()), 1) if plan.records else 0.0,
        "stored_per_s": round(account.stored / done.last_s, 1) if done.last_s else 0.0,
        "lag_ms": {name.removeprefix("lag_"): round(value, 1) for name, value in lag.items()},
        "post_late_ms_p99": round(percentiles_ms(done.offered.late_s).get("ms_p99", 0.0), 1),
        "waiting_most": done.most_waiting,
        "lost": account.lost,
        "duplicated": account.duplicated,
        "strange": account.strange,
        "not_taken": len(done.offered.refused),
        "repeated": done.kept.tally.repeated,
        "cpu_s_per_1000": {name: round(value / stored * 1000, 3) for name, value in cpu_s.items()},
        "bytes_per_record": {"redis": round(done.redis_bytes), "store": round(done.kept.grown_bytes / stored)},
        "core_carries": {
            "records_per_s": round(per_s, 1),
            "share_of_city_peak": round(per_s / PEAK_PER_S, 3),
            "cores_for_city_peak": round(PEAK_PER_S / per_s, 2),
        },
    }


def _conditions(share: Share, plan: Plan, database_url: str | None) -> Metrics:
    store = "SQLite" if database_url is None else "PostgreSQL, whose own processor time is not counted,"
    mix = ", ".join(f"{percent} % {kind}" for kind, percent in MIX.items())
    return {
        "run": f"{share.cameras} of {CITY_CAMERAS} cameras ({share.of_city:.1%}) for {share.seconds} s from "
        f"{share.hour:02d}:00, when the city tells {RECORDS_OF_HOUR[share.hour] / HOUR_S:.0f} a second; assumed: "
        f"{RECORDS_A_DAY} a day, {PEAK_PER_S} a second at the peak, the hours between by a drawn curve",
        "input": f"{plan.records} synthetic records ({mix}), {plan.burst} of them in bursts of neighbours at one "
        f"moment, {plan.held} held back by a link that was cut and then all at once; {plan.retries} offered again "
        f"after {RETRY_AFTER_S:g} s",
        "offered": "each when it is due, whatever comes back; what fell due together is one post",
        "path": f"outbox, spool (SQLite, synced), Redis, reader, {store} every commit synced; incidents become "
        "cases; decisions do not travel, they are committed one by one at the database",
        "processes": "one for all cameras, which draws the records too, one at the database (keeper), Redis",
        "lag": "from when a record was to be offered to its commit; of incidents to the last commit of their batch",
        "core_carries": "records over the processor time of keeper and Redis; real workers and an API take more",
        "not_run": "more cameras, more senders and readers, other machines and a network between them, pictures, "
        "subscribers, retention, a whole day",
    }


def _by_kind(plan: Plan, done: Replay) -> Listing:
    kinds, lag_s = np.asarray(done.kinds), np.asarray(done.lag_s)
    rows = [_kind_row(kind, plan.kinds == number, lag_s[kinds == number]) for number, kind in enumerate(KINDS)]
    return Listing(
        title="Kinds of records", columns=("kind", "records", "lag p50, ms", "lag p99, ms"), rows=tuple(rows)
    )


def _kind_row(kind: str, offered: npt.NDArray[np.bool_], lag_s: npt.NDArray[np.float64]) -> tuple[JsonValue, ...]:
    lag = percentiles_ms(lag_s.tolist())
    return kind, int(offered.sum()), lag.get("ms_p50"), lag.get("ms_p99")
