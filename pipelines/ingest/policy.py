"""Which camera addresses may be opened: by scheme, by folder and by network.

Names are resolved when a source is opened, and the connection goes to the very address that was checked: a name that
answers otherwise the second time (DNS rebinding) gains nothing. Redirects are not followed, see `media`.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pipelines.ingest.address import NETWORK_SCHEMES, Address
from pipelines.settings import Settings
from vision.errors import ConfigurationError, SourceError

IpNetwork = IPv4Network | IPv6Network
IpAddress = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
# Never a camera by chance: this machine, its neighbours without an address of their own, everybody at once, and where
# clouds hand out the credentials of a machine (169.254.169.254 and those of Amazon over IPv6 and of Alibaba).
SPECIAL_NETWORKS: tuple[IpNetwork, ...] = tuple(
    ip_network(one)
    for one in (
        *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32"),
        *("::/128", "::1/128", "fe80::/10", "ff00::/8", "fd00:ec2::254/128"),
    )
)


@dataclass(frozen=True, slots=True)
class SourcePolicy:
    """What may be opened as a camera.

    Attributes:
        schemes: of addresses.
        folders: files and pictures lie in one of them.
        networks: of streams. An address of SPECIAL_NETWORKS is in none of them but those that lie within the same
            special network: 0.0.0.0/0 does not admit 127.0.0.1, 127.0.0.0/8 does.
    """

    schemes: Sequence[str]
    folders: Sequence[Path]
    networks: Sequence[IpNetwork]

    @classmethod
    def of(cls, settings: Settings) -> "SourcePolicy":
        """That of an installation."""
        folders = settings.source_folders
        return cls(
            schemes=settings.source_schemes,
            folders=(settings.home / "videos",) if folders is None else folders,
            networks=settings.source_networks,
        )

    def check(self, address: Address) -> None:
        """Refuse what can be refused before it is opened; no name is looked up.

        Raises:
            ConfigurationError: the scheme, the folder or a numeric host is not allowed; the message names the setting.
        """
        scheme = address.scheme
        if scheme not in self.schemes:
            allowed = ", ".join(self.schemes) or "none"
            raise ConfigurationError(
                f"camera URL: wanted a scheme of {allowed} (CITYGATE_SOURCE_SCHEMES), got {scheme}"
            )
        if scheme == "file" and not self._holds(Path(address.target).resolve()):
            raise ConfigurationError(
                "file URL: wanted a path below "
                f"{', '.join(map(str, self.folders)) or 'no folder'} (CITYGATE_SOURCE_FOLDERS), got another"
            )
        if scheme in NETWORK_SCHEMES:
            numeric = _numeric(urlsplit(address.target).hostname or "")
            if numeric is not None and not self._admits(numeric):
                raise ConfigurationError(
                    f"{scheme} URL: wanted a host in the networks of CITYGATE_SOURCE_NETWORKS, got one that is not"
                )

    def admit(self, address: Address) -> Address:
        """The address as it is to be opened now: a file without links, a host by its number.

        Raises:
            SourceError: `forbidden`, or `unknown_host`.
        """
        try:
            self.check(address)
        except ConfigurationError:
            forbidden = True
        else:
            forbidden = False
        if forbidden:
            raise SourceError("forbidden", address.shown)
        if address.scheme == "file":
            return replace(address, target=str(Path(address.target).resolve()))
        return self._pinned(address) if address.scheme in NETWORK_SCHEMES else address

    def _pinned(self, address: Address) -> Address:
        parts = urlsplit(address.target)
        name = parts.hostname or ""
        found = _resolve(name)
        if not found:
            raise SourceError("unknown_host", address.shown)
        allowed = [one for one in found if self._admits(one)]
        if not allowed:
            raise SourceError("forbidden", address.shown)
        user, at, host = parts.netloc.rpartition("@")
        number = f"[{allowed[0]}]" if allowed[0].version == 6 else str(allowed[0])
        port = "" if parts.port is None else f":{parts.port}"
        target = urlunsplit(parts._replace(netloc=f"{user}{at}{number}{port}"))
        return replace(address, target=target, host=host)

    def _holds(self, path: Path) -> bool:
        return any(path.is_relative_to(folder.resolve()) for folder in self.folders)

    def _admits(self, host: IpAddress) -> bool:
        special = next((one for one in SPECIAL_NETWORKS if host in one), None)
        return any(host in network and (special is None or _within(network, special)) for network in self.networks)


def _within(inner: IpNetwork, outer: IpNetwork) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _numeric(host: str) -> IpAddress | None:
    """The address that the host is, in any of the ways a number can be written; None for a name."""
    found = _resolve(host, socket.AI_NUMERICHOST)
    return found[0] if found else None


def _resolve(host: str, flags: int = 0) -> list[IpAddress]:
    """The host's addresses, those within others taken out; empty when there are none."""
    try:
        told = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=flags)
    except (OSError, UnicodeError):
        return []
    return [_unwrapped(ip_address(str(one[4][0]))) for one in told]


def _unwrapped(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 one stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
