"""The connection to Redis: refused, away and back."""

from contextlib import closing
from typing import Any

import pytest

from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_connection import RedisConnection
from tests.servers.redis import RedisServer
from vision.errors import BusAway, ConfigurationError


class Old:
    """A client of a Redis before 7."""

    closed = False

    def info(self, _section: str) -> dict[str, object]:
        return {"redis_version": "6.2.14"}

    def close(self) -> None:
        self.closed = True


def test_a_redis_before_7_is_refused() -> None:
    old = Old()

    class Address(RedisAddress):
        def client(self, timeout_s: float = 1.0) -> Any:
            return old

    refused = pytest.raises(ConfigurationError, match=r"wanted Redis 7 or newer, got 6\.2\.14")
    with refused, RedisConnection(Address("server", "redis://old")).answering():
        pass
    assert old.closed


@pytest.mark.redis
def test_what_was_away_is_reached_when_it_is_back(redis: RedisServer) -> None:
    with closing(RedisConnection(RedisAddress.parse(redis.url), timeout_s=5.0)) as connection:
        redis.kill()
        with pytest.raises(BusAway), connection.answering() as client:
            client.ping()
        redis.start()
        with connection.answering() as client:
            assert client.ping()


def test_a_cluster_that_is_away_is_told_without_its_address() -> None:
    address = RedisAddress.parse("redis+cluster://hidden-word.invalid:1")
    with closing(RedisConnection(address)) as connection, pytest.raises(BusAway) as away, connection.answering():
        pass
    assert "hidden-word" not in str(away.value)
