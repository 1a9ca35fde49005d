"""Which member runs which camera, by rendezvous hashing (highest random weight).

Everybody who knows the same members comes to the same answer without asking anybody, and where a member comes or goes
only its own cameras move.

Source: Thaler, Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Transactions on Networking,
1998.
"""

import hashlib
from collections.abc import Iterable


def owner(camera_id: str, members: Iterable[str]) -> str | None:
    """The member that runs the camera; None where there are no members."""
    return max(members, key=lambda member: (_weight(camera_id, member), member), default=None)


def share(member: str, members: Iterable[str], camera_ids: Iterable[str]) -> set[str]:
    """The cameras that this member runs."""
    everybody = tuple(members)
    return {camera_id for camera_id in camera_ids if owner(camera_id, everybody) == member}


def _weight(camera_id: str, member: str) -> bytes:
    """The same in every process and on every machine, unlike `hash`."""
    return hashlib.blake2b(f"{camera_id}\0{member}".encode(), digest_size=8).digest()
