"""Sealed pictures in a folder; their keys lie in the database, and the picture is lost with its key."""

from pathlib import Path

from models.files import write_atomically
from vision.errors import NotFound

SUFFIX = ".sealed"


class EvidenceFolder:
    """One file per photograph, named by its id.

    Args:
        folder: made at the first write, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, photograph_id: str, blob: bytes) -> None:
        """Keep the sealed bytes, as a whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._path(photograph_id), blob, mode=0o600)

    def read(self, photograph_id: str) -> bytes:
        """The sealed bytes.

        Raises:
            NotFound: there is no such file.
        """
        try:
            return self._path(photograph_id).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"photograph {photograph_id}: its file is gone") from error

    def remove(self, photograph_id: str) -> None:
        """Delete the file; one that is gone already is no error."""
        self._path(photograph_id).unlink(missing_ok=True)

    def files(self) -> list[Path]:
        """Every sealed file; one may be gone already when it is opened."""
        return sorted(self._folder.glob(f"*{SUFFIX}"))

    def older_than(self, timestamp_s: float) -> list[str]:
        """The ids of all files last written before `timestamp_s`, in seconds since 1970."""
        return [file.stem for file in self.files() if file.stat().st_mtime < timestamp_s]

    def _path(self, photograph_id: str) -> Path:
        return self._folder / f"{photograph_id}{SUFFIX}"
