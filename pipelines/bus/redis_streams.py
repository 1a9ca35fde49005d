"""The bus between processes and machines: one Redis stream and a consumer group.

Redis is trusted with nothing: it may be killed, emptied or failed over to a replica that lags at any time. What it held
then is published anew by the spools, whose letters stay until they are settled.

All keys carry the stream's name as hash tag, so that they lie on one node of a cluster:
    {NAME}                   the stream; entries have the fields id, topic, from, body
    {NAME}:settled:SENDER    a list of letter ids for a sender to take
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from redis.exceptions import ResponseError

from pipelines.bus.bus import ALONE_FROM, BusState, Delivery, Letter
from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_connection import RedisConnection

logger = logging.getLogger(__name__)

SETTLED_KEPT_S = 86_400
"""A sender that was away for longer finds its letters in its spool, and publishes them anew."""
FORGOTTEN_READER_MS = 3_600_000
_SETTLED_AT_ONCE = 1_000
T = TypeVar("T")


class RedisBus:
    """Letters through Redis 7 or newer.

    Args:
        address: of the server, the Sentinels or the cluster.
        stream: the name that all senders and readers share.
        group: of the readers that write to one database.
        claim_idle_s: so long a reader may be silent about a letter before another gets it.
    """

    def __init__(
        self, address: RedisAddress, stream: str = "citygate", group: str = "store", claim_idle_s: float = 30.0
    ) -> None:
        self._connection = RedisConnection(address)
        self._key = f"{{{stream}}}"
        self._group = group
        self._claim_idle_ms = round(claim_idle_s * 1000)

    def publish(self, sender: str, letters: Sequence[Letter]) -> list[str]:
        """As `Bus.publish`."""
        with self._connection.answering() as client, client.pipeline(transaction=False) as together:
            for letter in letters:
                fields = {"id": letter.id, "topic": letter.topic, "from": sender, "body": letter.body}
                together.xadd(self._key, fields)
            return [str(receipt) for receipt in together.execute()]

    def lost(self, sent: Mapping[str, str]) -> set[str]:
        """As `Bus.lost`; after a loss another letter may have got the same place."""
        with self._connection.answering() as client, client.pipeline(transaction=False) as together:
            for receipt in sent:
                together.xrange(self._key, receipt, receipt)
            found = together.execute()
        there = {receipt: fields.get("id") for entries in found for receipt, fields in entries}
        return {receipt for receipt, letter_id in sent.items() if there.get(receipt) != letter_id}

    def read(self, reader: str, count: int, wait_s: float) -> list[Delivery]:
        """As `Bus.read`."""
        block = max(1, round(wait_s * 1000))
        with self._connection.answering() as client:
            streams = self._in_group(
                client, lambda: client.xreadgroup(self._group, reader, {self._key: ">"}, count, block)
            )
        return [_delivery(receipt, fields, 1) for _, entries in streams or () for receipt, fields in entries]

    def reclaim(self, reader: str, count: int) -> list[Delivery]:
        """As `Bus.reclaim`."""
        with self._connection.answering() as client:
            idle = self._claim_idle_ms
            stuck = self._in_group(
                client, lambda: client.xpending_range(self._key, self._group, "-", "+", count, idle=idle)
            )
            tries = {one["message_id"]: one["times_delivered"] + 1 for one in stuck}
            usual = {receipt: count for receipt, count in tries.items() if count < ALONE_FROM}
            tries = usual or dict(islice(tries.items(), 1))
            if not tries:
                return []
            entries = client.xclaim(self._key, self._group, reader, self._claim_idle_ms, list(tries))
        return [_delivery(receipt, fields, tries[receipt]) for receipt, fields in entries]

    def keep(self, reader: str, receipts: Sequence[str]) -> None:
        """As `Bus.keep`; it does not count as a delivery."""
        with self._connection.answering() as client:
            self._in_group(
                client, lambda: client.xclaim(self._key, self._group, reader, 0, list(receipts), justid=True)
            )

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """As `Bus.settle`."""
        of_sender: dict[str, list[str]] = {}
        for delivery in deliveries:
            of_sender.setdefault(delivery.sender, []).append(delivery.letter.id)
        with self._connection.answering() as client, client.pipeline(transaction=False) as together:
            for sender, ids in of_sender.items():
                together.rpush(self._settled_key(sender), *ids)
                together.expire(self._settled_key(sender), SETTLED_KEPT_S)
            together.xack(self._key, self._group, *(delivery.receipt for delivery in deliveries))
            together.execute()

    def settled(self, sender: str, count: int) -> list[str]:
        """As `Bus.settled`."""
        with self._connection.answering() as client:
            return [str(one) for one in client.lpop(self._settled_key(sender), min(count, _SETTLED_AT_ONCE)) or ()]

    def trim(self) -> int:
        """As `Bus.trim`; readers that are gone for an hour and hold nothing are forgotten."""
        with self._connection.answering() as client:
            groups = self._in_group(client, lambda: self._groups(client))
            for reader in client.xinfo_consumers(self._key, self._group):
                if not reader["pending"] and reader["idle"] > FORGOTTEN_READER_MS:
                    client.xgroup_delconsumer(self._key, self._group, reader["name"])
            oldest = min((self._oldest_needed(client, group) for group in groups), key=_place)
            return int(client.xtrim(self._key, minid=oldest, approximate=False))

    def state(self) -> BusState:
        """As `Bus.state`."""
        with self._connection.answering() as client:
            groups = self._in_group(client, lambda: self._groups(client))
            ours = next(group for group in groups if group["name"] == self._group)
            return BusState(int(client.xlen(self._key)), ours["lag"], ours["pending"])

    def close(self) -> None:
        """Let go of the connections."""
        self._connection.close()

    def _groups(self, client: Any) -> list[Mapping[str, Any]]:
        """All groups of the stream, ours among them."""
        groups: list[Mapping[str, Any]] = client.xinfo_groups(self._key)
        if self._group not in {group["name"] for group in groups}:
            raise ResponseError("NOGROUP")
        return groups

    def _oldest_needed(self, client: Any, group: Mapping[str, Any]) -> str:
        """Entries before this one are settled in the group."""
        if group["pending"]:
            first = client.xpending(self._key, group["name"])["min"]
            if first is not None:
                return str(first)
        milliseconds, number = _place(group["last-delivered-id"])
        return f"{milliseconds}-{number + 1}"

    def _in_group(self, client: Any, ask: Callable[[], T]) -> T:
        """What Redis answers; a group that is not there, at first or because Redis was emptied, is made."""
        try:
            return ask()
        except ResponseError as error:
            if not str(error).startswith("NOGROUP") and "no such key" not in str(error):
                raise
        try:
            client.xgroup_create(self._key, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):  # another reader was faster
                raise
        logger.warning("bus: made the group %s anew", self._group)
        return ask()

    def _settled_key(self, sender: str) -> str:
        return f"{self._key}:settled:{sender}"


def _delivery(receipt: str, fields: Mapping[str, str], tries: int) -> Delivery:
    """Of an entry that is not ours, the letter is one that nobody can read."""
    letter = Letter(fields.get("id", f"entry-{receipt}"), fields.get("topic", ""), fields.get("body", ""))
    return Delivery(receipt, fields.get("from", ""), letter, tries)


def _place(receipt: str) -> tuple[int, int]:
    milliseconds, _, number = receipt.partition("-")
    return int(milliseconds), int(number)
