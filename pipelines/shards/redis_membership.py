"""Members on many machines, in Redis: its clock alone says who is alive.

All keys carry the installation's name as hash tag, so that they lie on one node of a cluster and one call can take many
leases:
    {NAME}:fleet:members        the names of members
    {NAME}:fleet:member:MEMBER  its newest heartbeat; gone when it was silent for too long
    {NAME}:fleet:lease:CAMERA   the id of the member that holds it; gone as above
"""

from collections.abc import Collection

from pydantic import ValidationError

from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_connection import RedisConnection
from pipelines.shards.reports import MemberReport

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
    """See `Membership`; each call raises BusAway while Redis cannot be reached.

    Args:
        address: of the server, the Sentinels or the cluster.
        installation: the name that all members share, and with them nobody else.
        ttl_s: how long a heartbeat and a lease are good for.
    """

    def __init__(self, address: RedisAddress, installation: str, ttl_s: float) -> None:
        self.ttl_s = ttl_s
        self._ttl_ms = round(ttl_s * 1000)
        self._prefix = f"{{{installation}}}:fleet"
        self._connection = RedisConnection(address, _TIMEOUT_S)

    def beat(self, report: MemberReport) -> None:
        """See `Membership`."""
        with self._connection.answering() as client, client.pipeline(transaction=True) as both:
            both.set(self._member(report.name), report.model_dump_json(), px=self._ttl_ms)
            both.sadd(self._members, report.name)
            both.execute()

    def reports(self) -> tuple[MemberReport, ...]:
        """See `Membership`."""
        with self._connection.answering() as client:
            names = sorted(client.smembers(self._members))
            if not names:
                return ()
            beats = client.eval(_BEATS, len(names), *map(self._member, names), self._ttl_ms)
            gone = [name for name, beat in zip(names, beats, strict=True) if beat is None]
            if gone:
                client.srem(self._members, *gone)
        found = (_read(beat) for beat in beats if beat is not None)
        return tuple(report for report in found if report is not None)

    def leave(self, name: str) -> None:
        """See `Membership`."""
        with self._connection.answering() as client:
            client.delete(self._member(name))

    def claim(self, camera_ids: Collection[str], member_id: str) -> set[str]:
        """See `Membership`."""
        asked = sorted(camera_ids)
        if not asked:
            return set()
        keys = [self._lease(one) for one in asked]
        with self._connection.answering() as client:
            mine: list[int] = client.eval(_CLAIM, len(keys), *keys, member_id, self._ttl_ms)
        return {asked[place - 1] for place in mine}

    def release(self, camera_ids: Collection[str], member_id: str) -> None:
        """See `Membership`."""
        keys = [self._lease(one) for one in camera_ids]
        if keys:
            with self._connection.answering() as client:
                client.eval(_RELEASE, len(keys), *keys, member_id)

    def close(self) -> None:
        """See `Membership`; leases are released before, or run out."""
        self._connection.close()

    @property
    def _members(self) -> str:
        return f"{self._prefix}:members"

    def _member(self, name: str) -> str:
        return f"{self._prefix}:member:{name}"

    def _lease(self, camera_id: str) -> str:
        return f"{self._prefix}:lease:{camera_id}"


def _read(beat: str) -> MemberReport | None:
    try:
        return MemberReport.model_validate_json(beat)
    except ValidationError:  # another version's: it is alive, but nobody here can tell what it says
        return None
