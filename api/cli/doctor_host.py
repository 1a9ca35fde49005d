"""What the doctor looks at on the machine itself, without changing a byte of it."""

import errno
import os
import resource
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx

from api.cli.findings import Finding
from pipelines.settings import Settings, utc_now

MIN_FREE_BYTES = 2 * 2**30
ALONE_DESCRIPTORS, SHARED_DESCRIPTORS = 1_024, 4_096
"""A camera, a stream of events and a connection take up to four each; where a bus is named, many are expected."""
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
"""This release is newer: a clock that shows less was never set."""
LETTER_BYTES = 1_024
"""In the spool, with its index and SQLite's log."""
_SHARES = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "glusterfs", "fuse.glusterfs", "lustre"})
"""File systems on which SQLite's locks cannot be relied upon."""


def examine_host(settings: Settings) -> Iterator[Finding]:
    """Folders, disk, address, limits, clock."""
    for examine in (_home, _disk, _spool, _address):
        yield examine(settings)
    wanted = ALONE_DESCRIPTORS if settings.bus_url is None else SHARED_DESCRIPTORS
    yield examine_descriptors(resource.getrlimit(resource.RLIMIT_NOFILE)[0], wanted)
    yield examine_clock(utc_now)


def examine_descriptors(soft_limit: int, wanted: int) -> Finding:
    """Whether this process may open as many files as wanted."""
    unlimited = soft_limit == resource.RLIM_INFINITY
    enough = unlimited or soft_limit >= wanted
    advice = "" if enough else f"raise it to {wanted} or more: ulimit -n, LimitNOFILE= or ulimits.nofile"
    return Finding("open files", "no limit" if unlimited else f"up to {soft_limit}", advice)


def examine_clock(clock: Callable[[], datetime]) -> Finding:
    """Whether the clock was ever set; databases and Redis are asked for theirs elsewhere."""
    now = clock()
    advice = "" if now >= RELEASED else "set the clock: run chrony or systemd-timesyncd on every machine"
    return Finding("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC", advice)


def filesystem_of(folder: Path, mounts: str) -> str:
    """The type of the file system that a folder lies on, such as `ext4`; empty where it is not told.

    Args:
        mounts: what /proc/self/mounts says.
    """
    found = (-1, "")
    for line in mounts.splitlines():
        _device, point, kind, *_ = line.split(" ")
        # Blanks are written as \040; later mounts cover earlier ones at the same point.
        if folder.is_relative_to(point.replace("\\040", " ")):
            found = max(found, (len(point), kind), key=lambda one: one[0])
    return found[1]


def _home(settings: Settings) -> Finding:
    writable = os.access(_existing(settings.home), os.W_OK)
    advice = "" if writable else "set CITYGATE_HOME to a folder that this account may write"
    return Finding("home", f"{settings.home}{'' if writable else ' cannot be written'}", advice)


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(_existing(settings.home)).free
    advice = "" if free >= MIN_FREE_BYTES else f"free at least {MIN_FREE_BYTES >> 30} GiB beside {settings.home}"
    return Finding("disk", f"{free / 2**30:.1f} GiB free", advice)


def _spool(settings: Settings) -> Finding:
    """SQLite's files: the spool always, the database where no other is named."""
    folder = _existing(settings.home / "spool").resolve()
    needed, free = settings.spool_letters * LETTER_BYTES, shutil.disk_usage(folder).free
    if needed > free:
        advice = f"free some at {folder}, or lower CITYGATE_SPOOL_LETTERS to {free // LETTER_BYTES}"
        return Finding("spool", f"{free >> 20} MiB free, {needed >> 20} MiB when it is full", advice)
    if folder.name == "spool" and not os.access(folder, os.W_OK):
        return Finding("spool", f"{folder} cannot be written", "give it to the account that runs Citygate")
    mounts = Path("/proc/self/mounts")
    kind = filesystem_of(folder, mounts.read_text("utf-8")) if mounts.exists() else ""
    advice = f"mount a disk of this machine at {settings.home / 'spool'}" if kind in _SHARES else ""
    return Finding("spool", f"on {kind or 'an unknown file system'}{', a share' if advice else ''}", advice)


def _address(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE and _is_ours(settings):
                return Finding("address", f"Citygate answers on {where}")
            return Finding("address", f"{where}: {error.strerror}", "stop what listens there, or set CITYGATE_PORT")
    return Finding("address", f"{where} is free")


def _is_ours(settings: Settings) -> bool:
    """Whether it is this API that listens, as where the doctor is called into a running container."""
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104 - compared, not bound
    try:
        answer = httpx.get(f"http://{host}:{settings.port}/healthz", timeout=2.0, trust_env=False)
        return answer.is_success and answer.json() == {"status": "alive"}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(one for one in (folder, *folder.parents) if one.exists())
