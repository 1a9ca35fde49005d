"""What the doctor asks of Redis, the bus between processes."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from redis import RedisCluster
from redis.exceptions import RedisClusterException, RedisError

from api.cli.doctor_database import examine_skew
from api.cli.findings import Finding
from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_connection import OLDEST_REDIS
from vision.errors import ConfigurationError

FULL = 0.8
"""Of `maxmemory`; the spools take what is refused beyond it, but not for long."""


def examine_bus(url: str) -> Iterator[Finding]:
    """Whether Redis answers and loses nothing by itself; its URL, which may hold a password, is not told."""
    try:
        address = RedisAddress.parse(url)
    except ConfigurationError as error:
        yield Finding("redis", str(error).removeprefix("bus_url: "), "correct CITYGATE_BUS_URL")
        return
    try:
        with closing(address.client()) as client:
            primaries, seconds, asked_s = _ask(client)
    except (RedisError, RedisClusterException, OSError) as error:
        advice = "start it, or correct CITYGATE_BUS_URL: host, port, user, password, TLS"
        yield Finding("redis", f"{type(error).__name__}: {error}", advice)
        return
    for info in primaries:
        yield from examine_info(info)
    yield examine_skew("redis", seconds, (asked_s + time.time()) / 2)


def _ask(client: Any) -> tuple[list[Mapping[str, Any]], float, float]:
    """What INFO says, of a cluster for each of its primaries; one of their clocks, and ours when it was asked."""
    if isinstance(client, RedisCluster):
        nodes = client.get_primaries()
        primaries: list[Mapping[str, Any]] = [client.info(target_nodes=node) for node in nodes]
    else:
        nodes, primaries = [], [client.info()]
    asked_s = time.time()
    seconds, microseconds = client.time(target_nodes=nodes[0]) if nodes else client.time()
    return primaries, seconds + microseconds / 1e6, asked_s


def examine_info(info: Mapping[str, Any]) -> Iterator[Finding]:
    """Version, role, eviction, memory and persistence.

    Args:
        info: the answer to INFO.
    """
    version = str(info["redis_version"])
    old = int(version.partition(".")[0]) < OLDEST_REDIS
    yield Finding("redis", f"{version} answers", f"wanted {OLDEST_REDIS} or newer: upgrade it" if old else "")
    if info.get("role") != "master":
        yield Finding(
            "redis role", str(info.get("role")), "name the primary, or its Sentinels: a replica takes no writes"
        )
    yield _eviction(str(info["maxmemory_policy"]))
    yield _memory(int(info["used_memory"]), int(info["maxmemory"]))
    yield _persistence(info)


def _eviction(policy: str) -> Finding:
    advice = "" if policy == "noeviction" else "set maxmemory-policy noeviction: records must not vanish one at a time"
    return Finding("redis eviction", policy, advice)


def _memory(used: int, limit: int) -> Finding:
    if limit == 0:
        advice = "set maxmemory to less than the machine has: without it the system ends Redis instead"
        return Finding("redis memory", f"{used >> 20} MiB used, no limit", advice)
    advice = "" if used <= FULL * limit else "raise maxmemory, or find out which reader is behind"
    return Finding("redis memory", f"{used >> 20} of {limit >> 20} MiB used", advice)


def _persistence(info: Mapping[str, Any]) -> Finding:
    if not info["aof_enabled"]:
        advice = "set appendonly yes: after a restart the spools would have to publish all anew"
        return Finding("redis persistence", "no append-only file", advice)
    failed = info["aof_last_write_status"] != "ok"
    return Finding("redis persistence", "append-only file", "see its log: the last write failed" if failed else "")
