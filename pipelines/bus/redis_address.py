"""From a URL to a client of one Redis server, of what Sentinels watch, or of a Redis Cluster.

    redis://[user:password@]host:port/db            rediss:// with TLS; unix:///path/to/socket
    redis+sentinel://[user:password@]host:26379,host:26379/service/db      rediss+sentinel:// with TLS
    redis+cluster://[user:password@]host:6379,host:6379                    rediss+cluster:// with TLS

Options of redis-py's connections may follow as a query, such as `?ssl_ca_certs=/etc/ssl/city.pem`. User
and password are those of the servers that hold data; Sentinels are asked with the same TLS, and with the options
`sentinel_username` and `sentinel_password`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from redis import Redis, RedisCluster, Sentinel
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.connection import parse_url
from redis.retry import Retry

from vision.errors import ConfigurationError

TIMEOUT_S = 5.0
"""For one answer; readers wait for letters less long than that."""
CONNECT_TIMEOUT_S = 2.0
_USUAL_PORTS = {"sentinel": 26379, "cluster": 6379}
_SCHEMES = "redis://, rediss://, unix://, redis+sentinel://, rediss+sentinel://, redis+cluster:// or rediss+cluster://"


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """A Redis URL, taken apart.

    Attributes:
        kind: `server`, `sentinel` or `cluster`.
        url: of a server as redis-py reads it; of others with their first host, for its options.
        hosts: of Sentinels or of cluster nodes.
        service: that the Sentinels watch.
    """

    kind: str
    url: str = field(repr=False)
    hosts: tuple[tuple[str, int], ...] = ()
    service: str = ""

    @classmethod
    def parse(cls, url: str) -> "RedisAddress":
        """The address.

        Raises:
            ConfigurationError: another kind of URL; it is not quoted, for it may hold a password.
        """
        try:
            parts = urlsplit(url)
            scheme, _, kind = parts.scheme.partition("+")
            if kind:
                return cls._of_many(parts, scheme, kind)
            parse_url(url)
            return cls("server", url)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"bus_url: wanted {_SCHEMES} with host and options, got another") from error

    @classmethod
    def _of_many(cls, parts: SplitResult, scheme: str, kind: str) -> "RedisAddress":
        if scheme not in ("redis", "rediss") or kind not in _USUAL_PORTS:
            raise ValueError("another scheme")
        user, at, names = parts.netloc.rpartition("@")
        hosts = tuple(_host(name, _USUAL_PORTS[kind]) for name in names.split(","))
        service, _, database = parts.path.strip("/").partition("/")
        if kind == "sentinel" and not service:
            raise ValueError("no service")
        if kind == "cluster" and service:
            raise ValueError("a cluster has no databases")
        query = f"?{parts.query}" if parts.query else ""
        url = f"{scheme}://{user}{at}{names.split(',')[0]}/{database or 0}{query}"
        parse_url(url)
        return cls(kind, url, hosts, service)

    def client(self, timeout_s: float = TIMEOUT_S) -> Any:
        """A client; that of a cluster connects at once, the others when they are first used.

        Args:
            timeout_s: for one answer.
        """
        usual = _usual(timeout_s)
        if self.kind == "server":
            return Redis.from_url(self.url, **usual)
        options, tls = self._options()
        if self.kind == "cluster":
            options.pop("db", None)
            nodes = [ClusterNode(host, port) for host, port in self.hosts]
            return RedisCluster(startup_nodes=nodes, ssl=tls, **usual | options)
        asked = {name.removeprefix("sentinel_"): options.pop(name) for name in list(options) if "sentinel_" in name}
        asked |= {name: value for name, value in options.items() if name.startswith("ssl_")}
        sentinel = Sentinel(self.hosts, sentinel_kwargs=usual | asked | {"ssl": tls})
        return sentinel.master_for(self.service, **usual | options, ssl=tls)

    def _options(self) -> tuple[dict[str, Any], bool]:
        """What redis-py reads in the URL beside the host, and whether with TLS."""
        options: Mapping[str, Any] = parse_url(self.url)
        beside = {name: value for name, value in options.items() if name not in ("host", "port", "connection_class")}
        return beside, self.url.startswith("rediss")


def _usual(timeout_s: float) -> dict[str, Any]:
    return {
        "decode_responses": True,
        "encoding_errors": "replace",  # somebody else's bytes must not stop the readers
        "socket_timeout": timeout_s,
        "socket_connect_timeout": min(timeout_s, CONNECT_TIMEOUT_S),
        "health_check_interval": 15,
        # The loops of the bus wait and try again; a client that does so too only makes them deaf for longer.
        "retry": Retry(NoBackoff(), 1),
    }


def _host(name: str, usual_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{name}")
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or usual_port
