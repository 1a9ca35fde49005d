"""What every benchmark is told; each one's own options are keyword arguments of its `run`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from models.catalogue import Catalogue
from models.session import Provider
from vision.errors import ConfigurationError

T = TypeVar("T")


class Progress(Protocol):
    """Hands the items through and shows how far it is."""

    def __call__(self, items: Sequence[T], doing: str) -> Iterable[T]:
        """The items, one after the other."""
        ...


def silently(items: Sequence[T], doing: str) -> Iterable[T]:  # noqa: ARG001 - one of the two that Progress admits
    """Progress that shows nothing."""
    return items


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """Options that all benchmarks share.

    Attributes:
        command: the command line of this run, for the result.
        home: CITYGATE_HOME: the user's models and the cache of converted ones.
        data: folder with pairs.csv or labels.jsonl.
        limit: measure at most so many pairs, pictures, queries or requests.
        threads: threads inside one operator.
        provider: where networks run.
        seed: of every random choice.
        peers: other implementations to measure in the same run, in turn with ours.
        progress: shows how far the run is.
    """

    command: str
    home: Path
    data: Path | None = None
    limit: int | None = None
    threads: int = 1
    provider: Provider = "cpu"
    seed: int = 0
    peers: tuple[str, ...] = ()
    progress: Progress = silently

    @property
    def data_folder(self) -> Path:
        """`data`, which this benchmark can't do without.

        Raises:
            ConfigurationError: it was not given, or is no folder.
        """
        if self.data is None or not self.data.is_dir():
            raise ConfigurationError(f"--data: wanted a folder with labelled pictures, got {self.data}")
        return self.data

    def open_catalogue(self) -> Catalogue:
        """The models of this installation, on the provider and threads asked for."""
        return Catalogue(self.home, self.provider, self.threads)

    def check_peers(self, known: Sequence[str]) -> None:
        """Refuse a peer that the benchmark does not have.

        Raises:
            ConfigurationError: naming it, and those there are.
        """
        unknown = [peer for peer in self.peers if peer not in known]
        if unknown:
            raise ConfigurationError(f"--peer: wanted one of {list(known)}, got {', '.join(unknown)}")
