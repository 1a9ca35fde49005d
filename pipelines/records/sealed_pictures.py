"""Pictures in sealed files, each with a key of its own that lies in its row: the picture is lost with the row."""

from collections.abc import Iterable
from functools import partial

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction


class SealedPictures:
    """The files of one kind of picture.

    Args:
        noun: what the pictures are, sealed in with them: a file of another noun cannot be exchanged for one of these.
    """

    def __init__(self, backing: Backing, noun: str) -> None:
        self._backing = backing
        self._noun = noun

    def write(self, picture_id: str, picture: bytes) -> bytes:
        """Keep the picture; the wrapped key for its row.

        To be called before the commit: a row always has its file; a file without a row is removed by the sweeper.
        """
        sealer, wrapped = self._backing.vault.new_data_key(picture_id)
        self._backing.evidence.write(picture_id, sealer.seal(picture, self._context(picture_id)))
        return wrapped

    def read(self, picture_id: str, wrapped: bytes) -> bytes:
        """The picture as it was kept.

        Raises:
            NotFound: its file is gone.
            SealBroken: the file was changed or exchanged.
        """
        sealer = self._backing.vault.data_key(picture_id, wrapped)
        return sealer.open(self._backing.evidence.read(picture_id), self._context(picture_id))

    def remove(self, transaction: Transaction, picture_ids: Iterable[str]) -> None:
        """Delete the files after the commit; one that outlives a crash is removed by the sweeper."""
        for picture_id in picture_ids:
            transaction.afterwards(partial(self._backing.evidence.remove, picture_id))

    def _context(self, picture_id: str) -> str:
        return f"{self._noun}/{picture_id}"
