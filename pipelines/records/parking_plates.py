"""Plates in the database: the text sealed, and hashes with a key by which it is found again."""

from typing import Literal, get_args

from pipelines.parking.plates import normalised
from pipelines.records.vault import Vault
from vision.plate_text import confusable_variants

PlateUse = Literal["session", "right", "observation", "event"]
"""Each use has its own hashes, so that tables and events cannot be laid side by side without the key."""


class Plates:
    """Seals, opens and hashes plates for one store."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def hash(self, use: PlateUse, text: str) -> str:
        """By what this plate is found; written as people write it, or as a reader reads it.

        Raises:
            BadInput: the text is on no plate.
        """
        return self._vault.keyed_hash(f"plate/{use}/{normalised(text)}")

    def hashes(self, text: str) -> dict[PlateUse, str]:
        """By what this plate is found, for every use.

        Raises:
            BadInput: the text is on no plate.
        """
        return {use: self.hash(use, text) for use in get_args(PlateUse)}

    def near_hashes(self, use: PlateUse, text: str) -> set[str]:
        """By what the plates are found that differ from this one in one confusable character; without its own."""
        plate = normalised(text)
        return {self.hash(use, variant) for variant in confusable_variants(plate) - {plate}}

    def seal(self, text: str, context: str) -> bytes:
        """The text, sealed for one field of one record."""
        return self._vault.store.seal(text.encode(), context)

    def open(self, blob: bytes, context: str) -> str:
        """What was sealed for this field.

        Raises:
            SealBroken: changed bytes, or those of another record.
        """
        return self._vault.store.open(blob, context).decode()


def session_context(session_id: str) -> str:
    """What a session's plate is sealed for."""
    return f"parking-session/{session_id}/plate"
