from pathlib import Path

import pytest

from benchmarks.options import BenchOptions
from benchmarks.record_flow import Load, run_flow, synthetic
from benchmarks.records import run, without_password
from vision.errors import ConfigurationError


def options(**changes: object) -> BenchOptions:
    return BenchOptions(**{"command": "citygate bench records", "home": Path("unused"), "limit": 250, **changes})


def test_every_synthetic_event_is_another_and_the_same_at_each_call() -> None:
    assert len({synthetic(number).event_id for number in range(1000)}) == 1000
    assert synthetic(7) == synthetic(7)


def test_in_one_process_every_event_arrives_once_though_some_are_posted_twice() -> None:
    flow = run_flow(Load(events=1010, at_once=5), redis_url=None, database_url=None)
    assert (flow.acknowledged, flow.lost, flow.duplicated) == (1010, 0, 0)
    assert flow.events_per_s == 1010 / flow.seconds


def test_posted_one_by_one_by_many_threads_every_event_arrives_once() -> None:
    flow = run_flow(Load(events=210, at_once=1, posters=8), redis_url=None, database_url=None)
    assert (flow.acknowledged, flow.lost, flow.duplicated) == (210, 0, 0)


@pytest.mark.redis
def test_from_process_to_process_nothing_is_lost_and_the_result_has_the_contracts_metrics_per_store() -> None:
    result = run(options())
    stores = {"sqlite", "sqlite+redis"}
    for name in ("events_per_s", "lost", "duplicated"):
        assert set(result.metrics[name]) == stores
    assert result.metrics["lost"] == result.metrics["duplicated"] == dict.fromkeys(stores, 0)
    assert result.metrics["repeated"] == dict.fromkeys(stores, 0)  # five batches: none is posted twice
    assert result.n == 250


def test_a_peer_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="wanted"):
        run(options(peers=("kafka",)))


def test_a_databases_password_is_not_in_the_result() -> None:
    url = "postgresql://me:hidden-word@host/db"
    assert without_password(f"citygate bench records --database-url {url}", url).endswith("postgresql://me:***@host/db")
    assert without_password("citygate bench records", None) == "citygate bench records"
