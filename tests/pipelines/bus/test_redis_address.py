"""Which client a URL makes; TLS and Sentinel against real servers, a cluster by what is built and a node of one."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import RedisCluster

from pipelines.bus.bus import Bus
from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_streams import RedisBus
from tests.pipelines.bus.letters import letters
from tests.servers.redis import free_port
from tests.servers.redis_kinds import redis_cluster, redis_over_tls, redis_under_sentinel
from vision.errors import BusAway, ConfigurationError


def _carries(bus: Bus) -> None:
    bus.publish("spool-a", letters(3))
    taken = bus.read("one", 10, 1.0)
    assert [one.letter for one in taken] == letters(3)
    bus.settle(taken)
    assert len(bus.settled("spool-a", 10)) == 3
    assert bus.trim() == 3
    assert bus.reclaim("one", 10) == []
    assert bus.state().depth == 0


def test_hosts_service_and_options_are_found_in_the_url() -> None:
    found = RedisAddress.parse("rediss+sentinel://app:pass@a,b:27000/city/3?ssl_ca_certs=/ca.pem")
    assert (found.kind, found.hosts, found.service) == ("sentinel", (("a", 26379), ("b", 27000)), "city")
    assert found.url == "rediss://app:pass@a/3?ssl_ca_certs=/ca.pem"
    found = RedisAddress.parse("redis+cluster://a:7000,b")
    assert (found.kind, found.hosts) == ("cluster", (("a", 7000), ("b", 6379)))


def test_a_password_is_not_shown() -> None:
    assert "pass" not in repr(RedisAddress.parse("redis://app:pass@a/0"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hidden-word",
        "redis+sentinel://a:1",
        "redis+cluster://a/1",
        "redis+other://a",
        "amqp+sentinel://a/city",
        "redis+sentinel://,/city",
        "redis://a:port",
        "redis://a?socket_timeout=hidden-word",
    ],
)
def test_other_urls_are_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"bus_url: wanted redis://") as refused:
        RedisAddress.parse(url)
    assert "hidden-word" not in str(refused.value)


def test_a_cluster_that_is_away_is_a_bus_that_is_away() -> None:
    bus = RedisBus(RedisAddress.parse(f"redis+cluster://127.0.0.1:{free_port()}"))
    with pytest.raises(BusAway):
        bus.publish("spool-a", letters(1))
    bus.close()


@pytest.mark.redis
def test_a_cluster_carries_letters() -> None:
    with TemporaryDirectory(prefix="cg-") as folder, redis_cluster(Path(folder)) as url:
        address = RedisAddress.parse(url)
        with closing(address.client()) as client:
            assert isinstance(client, RedisCluster)
        with closing(RedisBus(address)) as bus:
            _carries(bus)


@pytest.mark.redis
def test_tls_with_a_certificate_of_our_own_carries_letters_and_a_stranger_is_refused() -> None:
    with TemporaryDirectory(prefix="cg-") as folder, redis_over_tls(Path(folder)) as url:
        with closing(RedisBus(RedisAddress.parse(url))) as bus:
            _carries(bus)
        strange = url.partition("?")[0]
        with closing(RedisBus(RedisAddress.parse(strange))) as bus, pytest.raises(BusAway):
            bus.state()


@pytest.mark.redis
def test_what_sentinels_watch_carries_letters() -> None:
    with (
        TemporaryDirectory(prefix="cg-") as folder,
        redis_under_sentinel(Path(folder)) as url,
        closing(RedisBus(RedisAddress.parse(url))) as bus,
    ):
        _carries(bus)
