"""Who is alive and who holds which camera: in memory, in a folder and in Redis alike."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pipelines.bus.redis_address import RedisAddress
from pipelines.settings import Settings
from pipelines.shards.folder_membership import FolderMembership
from pipelines.shards.membership import Membership, open_membership
from pipelines.shards.memory_membership import MemoryMembership
from pipelines.shards.redis_membership import RedisMembership
from tests.pipelines.ingest.fakes import until
from tests.pipelines.shards.fleet import Seconds, report
from tests.servers.redis import RedisServer, redis_server
from tests.servers.redis_kinds import redis_cluster, redis_over_tls, redis_under_sentinel
from vision.errors import BusAway, ConfigurationError

TTL_S = 0.5
ServerOfKind = AbstractContextManager[str]
Join = Callable[[], Membership]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture(params=["memory", "folder", pytest.param("redis", marks=pytest.mark.redis)])
def join(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Join]:
    """Makes one member's view after the other."""
    made: list[Membership] = []
    shared = MemoryMembership(TTL_S)

    def one() -> Membership:
        if request.param == "folder":
            made.append(FolderMembership(tmp_path / "fleet", TTL_S))
        elif request.param == "redis":
            made.append(redis_membership(request.getfixturevalue("server").url))
        else:
            made.append(shared)
        return made[-1]

    yield one
    for membership in made:
        membership.close()


FLEET = "{citygate}:fleet"


def redis_membership(url: str, installation: str = "citygate") -> RedisMembership:
    return RedisMembership(RedisAddress.parse(url), installation, TTL_S)


def names(membership: Membership) -> list[str]:
    return [one.name for one in membership.reports()]


def test_nobody_is_there_and_nothing_is_asked_for(join: Join) -> None:
    assert names(join()) == []
    assert join().claim([], "a-id") == set()
    join().release([], "a-id")
    join().leave("a")


def test_who_is_heard_of_is_alive_and_who_is_silent_is_not(join: Join) -> None:
    one, other = join(), join()
    one.beat(report("b", stalled={"cam": "reading"}))
    other.beat(report("a"))
    assert one.reports() == other.reports() == (report("a"), report("b", stalled={"cam": "reading"}))
    until(lambda: names(one) == [])


def test_who_leaves_is_gone_at_once(join: Join) -> None:
    one, other = join(), join()
    one.beat(report("a"))
    other.beat(report("b"))
    one.leave("a")
    assert names(other) == ["b"]


def test_a_camera_is_held_by_one_member_until_it_is_given_back(join: Join) -> None:
    one, other = join(), join()
    assert one.claim(["x", "y"], "a-id") == {"x", "y"}
    assert other.claim(["y", "z"], "b-id") == {"z"}
    assert one.claim(["x", "y", "z"], "a-id") == {"x", "y"}
    one.release(["y"], "a-id")
    other.release(["x"], "b-id")
    assert other.claim(["x", "y"], "b-id") == {"y"}


def test_leases_of_who_is_gone_are_free_in_time() -> None:
    now_s = Seconds()
    memory = MemoryMembership(5.0, now_s)
    assert memory.claim(["x"], "a-id") == {"x"}
    now_s.now_s += 4.9
    assert memory.claim(["x"], "b-id") == set()
    now_s.now_s += 0.2
    assert memory.claim(["x"], "b-id") == {"x"}


@pytest.mark.redis
def test_in_redis_a_lease_runs_out_by_the_clock_of_redis(server: RedisServer) -> None:
    one, other = redis_membership(server.url), redis_membership(server.url)
    assert one.claim(["x"], "a-id") == {"x"}
    until(lambda: other.claim(["x"], "b-id") == {"x"})
    assert one.claim(["x"], "a-id") == set()
    one.close()
    other.close()


@pytest.mark.redis
def test_redis_that_comes_back_empty_is_filled_by_the_next_beats(server: RedisServer) -> None:
    one = redis_membership(server.url)
    one.beat(report("a"))
    assert one.claim(["x"], "a-id") == {"x"}
    server.kill()
    with pytest.raises(BusAway):
        one.claim(["x"], "a-id")
    server.start()
    assert one.claim(["x"], "a-id") == {"x"}
    one.beat(report("a"))
    assert names(one) == ["a"]
    one.close()


@pytest.mark.redis
def test_two_installations_on_one_redis_know_nothing_of_each_other(server: RedisServer, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, bus_url=server.url)
    here = open_membership(settings)
    there = open_membership(settings.model_copy(update={"bus_stream": "another-city"}))
    here.beat(report("a"))
    assert (names(here), names(there)) == (["a"], [])
    assert here.claim(["x"], "a-id") == there.claim(["x"], "b-id") == {"x"}
    there.leave("a")
    there.release(["x"], "a-id")
    assert names(here) == ["a"]
    assert here.claim(["x"], "c-id") == set()
    here.close()
    there.close()


@pytest.mark.redis
@pytest.mark.parametrize("of_kind", [redis_cluster, redis_over_tls, redis_under_sentinel])
def test_a_cluster_tls_and_sentinels_carry_heartbeats_and_leases(of_kind: Callable[[Path], ServerOfKind]) -> None:
    with TemporaryDirectory(prefix="cg-") as folder, of_kind(Path(folder)) as url:
        one, other = redis_membership(url), redis_membership(url)
        one.beat(report("b"))
        other.beat(report("a"))
        assert names(one) == ["a", "b"]
        other.leave("a")
        assert names(one) == ["b"]
        assert one.claim(["x", "y", "z"], "b-id") == {"x", "y", "z"}
        one.release(["y"], "b-id")
        assert other.claim(["x", "y"], "a-id") == {"y"}
        until(lambda: other.claim(["x"], "a-id") == {"x"})
        one.close()
        other.close()


def test_a_folder_holds_a_lease_however_long_its_process_stands_still(tmp_path: Path) -> None:
    one, other = FolderMembership(tmp_path, 0.05), FolderMembership(tmp_path, 0.05)
    assert one.claim(["x"], "a-id") == {"x"}
    time.sleep(0.1)
    assert other.claim(["x"], "b-id") == set()
    one.close()
    assert other.claim(["x"], "b-id") == {"x"}
    other.close()


def test_a_beat_of_before_the_machine_was_started_anew_counts_nothing(tmp_path: Path) -> None:
    FolderMembership(tmp_path, 5.0, Seconds(90_000.0)).beat(report("a"))
    assert FolderMembership(tmp_path, 5.0, Seconds(30.0)).reports() == ()
    (tmp_path / "members" / "b.json").write_text("no report")
    assert FolderMembership(tmp_path, 5.0, Seconds(90_000.0)).reports() == (report("a"),)


def test_settings_choose_a_folder_or_redis_and_a_wrong_url_is_not_told(tmp_path: Path) -> None:
    membership = open_membership(Settings(home=tmp_path))
    assert isinstance(membership, FolderMembership)
    membership.close()
    with pytest.raises(ConfigurationError, match="bus_url: wanted redis://") as caught:
        open_membership(Settings(home=tmp_path, bus_url="gopher://user:hunter2@host"))
    assert "hunter2" not in str(caught.value)


@pytest.mark.redis
def test_a_clock_of_redis_that_is_set_back_keeps_no_dead_member_and_no_lease_of_its_own(server: RedisServer) -> None:
    dead, other = redis_membership(server.url), redis_membership(server.url)
    dead.beat(report("a"))
    assert dead.claim(["x"], "a-id") == {"x"}
    # Set back by an hour, what was to end in half a second ends in an hour and half a second.
    for key in (f"{FLEET}:member:a", f"{FLEET}:lease:x"):
        assert server.client.pexpire(key, 3_600_500)
    assert names(other) == ["a"]
    assert other.claim(["x"], "b-id") == set()
    until(lambda: names(other) == [])
    until(lambda: other.claim(["x"], "b-id") == {"x"})
    dead.close()
    other.close()


@pytest.mark.redis
def test_a_clock_of_redis_that_is_set_forth_costs_a_member_one_beat(server: RedisServer) -> None:
    one, other = redis_membership(server.url), redis_membership(server.url)
    one.beat(report("a"))
    assert one.claim(["x", "y"], "a-id") == {"x", "y"}
    server.client.delete(f"{FLEET}:member:a", f"{FLEET}:lease:x", f"{FLEET}:lease:y")  # all have run out at once
    assert other.claim(["x"], "b-id") == {"x"}
    assert one.claim(["x", "y"], "a-id") == {"y"}  # it knows at its next beat
    one.beat(report("a"))
    assert names(other) == ["a"]
    one.close()
    other.close()
