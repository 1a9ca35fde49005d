"""What only Redis can do to the bus."""

from collections.abc import Iterator

import pytest

from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_streams import RedisBus
from tests.pipelines.bus.letters import letters
from tests.servers.redis import RedisServer


@pytest.fixture
def bus(redis: RedisServer) -> Iterator[RedisBus]:
    bus = RedisBus(RedisAddress.parse(redis.url))
    yield bus
    bus.close()


@pytest.mark.redis
def test_trimming_waits_for_the_slowest_of_all_groups(bus: RedisBus, redis: RedisServer) -> None:
    bus.publish("spool-a", letters(4))
    redis.client.xgroup_create("{citygate}", "archive", id="0")
    bus.settle(bus.read("one", 10, 1.0))
    assert bus.trim() == 0
    [(_, archived)] = redis.client.xreadgroup("archive", "two", {"{citygate}": ">"}, count=2)
    assert bus.trim() == 0
    redis.client.xack("{citygate}", "archive", archived[0][0])
    assert bus.trim() == 1
    redis.client.xack("{citygate}", "archive", archived[1][0])
    assert bus.trim() == 1
    assert bus.state().depth == 2


@pytest.mark.redis
def test_an_entry_of_somebody_else_is_a_letter_that_nobody_can_read(bus: RedisBus, redis: RedisServer) -> None:
    receipt = redis.client.xadd("{citygate}", {"foo": "bar"})
    redis.client.xadd("{citygate}", {"id": "x", "topic": "event", "body": b"\xff\xfe"})
    foreign, broken = bus.read("one", 10, 1.0)
    assert (foreign.letter.id, foreign.letter.topic, foreign.letter.body) == (f"entry-{receipt}", "", "")
    assert broken.letter.body == "\ufffd\ufffd"
    bus.settle([foreign, broken])
    assert bus.state().pending == 0


@pytest.mark.redis
def test_two_installations_on_one_redis_do_not_hear_of_each_other(bus: RedisBus, redis: RedisServer) -> None:
    other = RedisBus(RedisAddress.parse(redis.url), stream="another-city")
    bus.publish("spool-a", letters(1))
    assert other.read("one", 10, 0.01) == []
    other.close()
