"""The connection of one process to the installation's Redis, for the bus and for the workers' membership alike."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.exceptions import RedisClusterException, RedisError

from pipelines.bus.redis_address import TIMEOUT_S, RedisAddress
from vision.errors import BusAway, ConfigurationError

OLDEST_REDIS = 7


class RedisConnection:
    """Opened when it is first used, and again as long as that fails; several threads may share it.

    Args:
        address: of the server, the Sentinels or the cluster.
        timeout_s: for one answer.
    """

    def __init__(self, address: RedisAddress, timeout_s: float = TIMEOUT_S) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._opened: Any = None

    @contextmanager
    def answering(self) -> Iterator[Any]:
        """The client, to ask while it is at hand.

        Raises:
            BusAway: Redis does not answer, or not as asked.
            ConfigurationError: an older Redis than 7.
        """
        try:
            yield self._client()
        except (RedisError, RedisClusterException, OSError) as error:
            # Messages of the client may hold addresses.
            raise BusAway(f"bus: Redis does not do as asked: {type(error).__name__}") from error

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _client(self) -> Any:
        with self._lock:
            if self._opened is None:
                client = self._address.client(self._timeout_s)
                _check_version(client)
                self._opened = client
            return self._opened


def _check_version(client: Any) -> None:
    found = client.info("server")
    # A cluster answers for each of its nodes.
    servers = [found] if "redis_version" in found else list(found.values())
    for server in servers:
        version = str(server["redis_version"])
        if int(version.partition(".")[0]) < OLDEST_REDIS:
            client.close()
            raise ConfigurationError(f"bus_url: wanted Redis {OLDEST_REDIS} or newer, got {version}")
