"""A barrier's address, which may hold credentials, as it lies in the database."""

import json
from dataclasses import asdict

from pipelines.records.gate_values import BarrierSpec
from pipelines.records.vault import Vault


def seal_barrier(vault: Vault, barrier: BarrierSpec | None, context: str) -> bytes | None:
    """The barrier, sealed; None where there is none.

    Args:
        context: the record that the barrier belongs to, as in `Sealer.seal`.
    """
    return None if barrier is None else vault.store.seal(json.dumps(asdict(barrier)).encode(), context)


def open_barrier(vault: Vault, sealed: bytes | None, context: str) -> BarrierSpec | None:
    """What was sealed.

    Raises:
        SealBroken: changed bytes, or those of another record.
    """
    return None if sealed is None else BarrierSpec(**json.loads(vault.store.open(sealed, context)))
