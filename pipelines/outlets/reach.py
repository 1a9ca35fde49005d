"""Which addresses deliveries may go to, checked on the address that is connected to.

A name is looked up once for each connection, every address it has is checked, and the connection goes to one of those
that were checked: a name that means another address a moment later (DNS rebinding) leads nowhere else. Host header,
SNI and certificate are those of the name.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence

import httpx

from vision.errors import BadInput

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


class ForbiddenAddress(BadInput):
    """An address that deliveries must not go to."""


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system knows them.

    Raises:
        OSError: it has none now.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Reach:
    """What may be reached: public addresses over https, and the networks that are allowed, over http too.

    Args:
        allowed: networks that may be reached though they are private.
        resolve: from a name and a port to addresses.
    """

    def __init__(self, allowed: Sequence[IpNetwork] = (), resolve: Resolve = look_up) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve

    def check_url(self, url: str) -> None:
        """Refuse what can be told from the URL alone; a name is looked up when it is connected to.

        Raises:
            BadInput: no http or https URL with a host.
            ForbiddenAddress: an address that must not be reached.
        """
        try:
            parsed = httpx.URL(url)
            host = parsed.host
        except (httpx.InvalidURL, ValueError) as error:
            raise BadInput("url: wanted https://host[:port]/path") from error
        if parsed.scheme not in _PORTS or not host:
            raise BadInput(f"url: wanted https://host[:port]/path, got scheme {parsed.scheme!r}")
        if parsed.userinfo:
            raise BadInput("url: wanted no user or password; deliveries are signed")
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return
        self._check(address, parsed.scheme)

    def addresses_of(self, host: str, port: int, scheme: str) -> Sequence[str]:
        """The host's addresses, each of which may be connected to.

        Raises:
            ForbiddenAddress: one of them must not be reached; then none is.
            OSError: the name has no address now.
        """
        found = [address.partition("%")[0] for address in self._resolve(host, port)]
        for address in found:
            self._check(ipaddress.ip_address(address), scheme)
        return found

    def _check(self, address: IpAddress, scheme: str) -> None:
        meant = _meant(address)
        if any(meant in network for network in self._allowed if network.version == meant.version):
            return
        if not meant.is_global or meant.is_multicast or meant.is_reserved:
            raise ForbiddenAddress("url: wanted a public address, or one of CITYGATE_WEBHOOK_NETWORKS")
        if scheme != "https":
            raise ForbiddenAddress("url: wanted https outside CITYGATE_WEBHOOK_NETWORKS, got http")


class PinnedTransport(httpx.HTTPTransport):
    """Connects to the address that was checked, in the name of the host that was asked for.

    For one host only: connections are kept by address.

    Args:
        reach: what may be reached.
        verify: for certificates; None: those that httpx trusts.
    """

    def __init__(self, reach: Reach, verify: ssl.SSLContext | None = None) -> None:
        limits = httpx.Limits(max_connections=1)
        super().__init__(verify=True if verify is None else verify, trust_env=False, limits=limits)
        self._reach = reach

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the first address that answers; its Host header names the host already.

        Raises:
            ForbiddenAddress: see `Reach.addresses_of`.
            httpx.TransportError: nobody was reached, or the connection broke.
        """
        url = request.url
        host = url.raw_host.decode("ascii")
        try:
            addresses = self._reach.addresses_of(host, url.port or _PORTS[url.scheme], url.scheme)
        except OSError as error:
            raise httpx.ConnectError("the name has no address", request=request) from error
        request.extensions = {**request.extensions, "sni_hostname": host}
        fault: httpx.TransportError = httpx.ConnectError("the name has no address", request=request)
        for address in addresses:
            request.url = url.copy_with(host=address)
            try:
                return super().handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                fault = error
        raise fault


def _meant(address: IpAddress) -> IpAddress:
    """The IPv4 address within an IPv6 one that only carries it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
