from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.city import run
from benchmarks.city_day import Share
from benchmarks.cli import app
from benchmarks.options import BenchOptions
from vision.errors import ConfigurationError


def options(**changes: object) -> BenchOptions:
    return BenchOptions(**{"command": "citygate bench city", "home": Path("unused"), **changes})


@pytest.mark.redis
def test_a_part_of_the_city_is_stored_whole_and_once_though_some_of_it_is_offered_twice() -> None:
    result = run(options(seed=5), share=Share(cameras=10_000, hour=8, seconds=4))
    # 1,200 x 10,000 / 280,000 = 42.86 a second; four seconds are too short for a burst.
    assert (result.benchmark, result.n) == ("city", 171)
    metrics = result.metrics
    assert [metrics[name] for name in ("lost", "duplicated", "strange", "not_taken")] == [0, 0, 0, 0]
    # Each fiftieth of 171 is offered again, two seconds later: what the spool still had it swallowed itself.
    assert metrics["repeated"] in (0, 1, 2, 3)
    assert set(metrics["cpu_s_per_1000"]) == {"cameras", "redis", "keeper"}
    assert set(metrics["lag_ms"]) == {"p50", "p95", "p99", "max"}
    assert min(metrics["bytes_per_record"].values()) > 200
    assert sum(row[1] for row in result.listings[0].rows) == 171
    assert {"run", "not_run"} <= set(result.conditions)


def test_a_peer_and_a_limit_are_refused() -> None:
    for wrong in ({"peers": ("kafka",)}, {"limit": 5}):
        with pytest.raises(ConfigurationError, match="wanted"):
            run(options(**wrong), share=Share())


def test_a_share_that_is_none_is_told_in_one_line() -> None:
    told = CliRunner().invoke(app, ["city", "--cameras", "300000"])
    assert told.exit_code == 1
    assert "cameras: wanted 1 to 280000, got 300000" in told.output
