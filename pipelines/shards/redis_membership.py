"""Members on many machines, in Redis: its clock alone says who is alive."""

from collections.abc import Collection
from typing import Any, cast

import redis
from pydantic import ValidationError
from redis.backoff import NoBackoff
from redis.retry import Retry

from pipelines.shards.reports import MemberReport
from vision.errors import ConfigurationError

# One slot of a cluster holds all of them, so that one call can take many leases.
PREFIX = "{citygate:fleet}"
_TIMEOUT_S = 1.0
"""Far below the time a lease is good for: who cannot reach Redis must know so in time."""

# What lasts longer than it was given: the clock of Redis was set back, and whoever is alive gives it anew in a moment.
_SHORTEN = """
local function shorten(key, most)
  if redis.call('PTTL', key) > tonumber(most) then redis.call('PEXPIRE', key, most) end
end
"""
_CLAIM = f"""{_SHORTEN}
local mine = {{}}
for i, key in ipairs(KEYS) do
  shorten(key, ARGV[2])
  local holder = redis.call('GET', key)
  if not holder or holder == ARGV[1] then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
    mine[#mine + 1] = i
  end
end
return mine
"""
_BEATS = f"""{_SHORTEN}
for _, key in ipairs(KEYS) do shorten(key, ARGV[1]) end
return redis.call('MGET', unpack(KEYS))
"""
_RELEASE = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
"""


class RedisMembership:
    """See `Membership`.

    Args:
        url: `redis://`, `rediss://` or `unix://`; it may hold a password and is never told.
        ttl_s: how long a heartbeat and a lease are good for.

    Raises:
        ConfigurationError: the URL is none.
    """

    def __init__(self, url: str, ttl_s: float) -> None:
        self.ttl_s = ttl_s
        self._ttl_ms = round(ttl_s * 1000)
        try:
            self._redis: Any = redis.Redis.from_url(
                url,
                socket_timeout=_TIMEOUT_S,
                socket_connect_timeout=_TIMEOUT_S,
                retry=Retry(NoBackoff(), 1),  # once, for a connection that was closed while nobody used it
            )
        except ValueError:
            refused = True
        else:
            refused = False
        if refused:
            raise ConfigurationError("CITYGATE_BUS_URL: wanted redis://, rediss:// or unix://, got another address")
        self._beats = self._redis.register_script(_BEATS)
        self._claim = self._redis.register_script(_CLAIM)
        self._release = self._redis.register_script(_RELEASE)

    def beat(self, report: MemberReport) -> None:
        """See `Membership`."""
        with self._redis.pipeline(transaction=True) as both:
            both.set(_member(report.name), report.model_dump_json(), px=self._ttl_ms)
            both.sadd(f"{PREFIX}:members", report.name)
            both.execute()

    def reports(self) -> tuple[MemberReport, ...]:
        """See `Membership`."""
        names = sorted(cast("set[bytes]", self._redis.smembers(f"{PREFIX}:members")))
        if not names:
            return ()
        beats = self._beats(keys=[_member(name.decode()) for name in names], args=[self._ttl_ms])
        gone = [name for name, beat in zip(names, beats, strict=True) if beat is None]
        if gone:
            self._redis.srem(f"{PREFIX}:members", *gone)
        found = (_read(beat) for beat in beats if beat is not None)
        return tuple(report for report in found if report is not None)

    def leave(self, name: str) -> None:
        """See `Membership`."""
        self._redis.delete(_member(name))

    def claim(self, camera_ids: Collection[str], member_id: str) -> set[str]:
        """See `Membership`."""
        asked = sorted(camera_ids)
        if not asked:
            return set()
        mine = self._claim(keys=[_lease(one) for one in asked], args=[member_id, self._ttl_ms])
        return {asked[place - 1] for place in mine}

    def release(self, camera_ids: Collection[str], member_id: str) -> None:
        """See `Membership`."""
        if camera_ids:
            self._release(keys=[_lease(one) for one in camera_ids], args=[member_id])

    def close(self) -> None:
        """See `Membership`; leases are released before, or run out."""
        self._redis.close()


def _member(name: str) -> str:
    return f"{PREFIX}:member:{name}"


def _lease(camera_id: str) -> str:
    return f"{PREFIX}:lease:{camera_id}"


def _read(beat: bytes) -> MemberReport | None:
    try:
        return MemberReport.model_validate_json(beat)
    except ValidationError:  # another version's: it is alive, but nobody here can tell what it says
        return None
