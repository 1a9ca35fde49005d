"""The public networks that ours are measured against: files that lie beside the data, opened as ours are."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.options import BenchOptions
from benchmarks.result import UsedModel
from models.files import read_verified
from models.manifest import LocalSource, Network, TensorSpec
from models.session import Session
from vision.errors import ConfigurationError

FOLDER = "public-weights"


@dataclass(frozen=True, slots=True)
class PublicNetwork:
    """One file: figures hold for these very bytes.

    Attributes:
        file: its name in the folder of public weights.
        sha256: of the file.
        image: name and shape of its input.
        outputs: names and shapes of its outputs.
    """

    file: str
    sha256: str
    image: tuple[str, tuple[int, ...]]
    outputs: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def used(self) -> UsedModel:
        """What a result says about it."""
        return UsedModel(id=Path(self.file).stem, sha256=self.sha256)


def weights_folder(options: BenchOptions, given: Path | None) -> Path:
    """`given`, or the folder `public-weights` beside the data set or above it.

    Raises:
        ConfigurationError: there is none.
    """
    if given is not None:
        return given
    data = options.data_folder.resolve()
    for folder in data.parents[:2]:
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
    raise ConfigurationError(f"--weights: wanted a folder of public networks, got none and no {FOLDER} near {data}")


def open_public(network: PublicNetwork, folder: Path, options: BenchOptions) -> Session:
    """The network on the provider and threads that ours run on.

    Raises:
        ModelError: the file is missing or another one, or the provider is not there.
    """
    path = folder / network.file
    spec = Network(
        name=network.used.id,
        inputs=(TensorSpec(name=network.image[0], shape=network.image[1]),),
        outputs=tuple(TensorSpec(name=name, shape=shape) for name, shape in network.outputs),
        local=LocalSource(path=path, sha256=network.sha256),
    )
    return Session(read_verified(path, network.sha256), spec, options.provider, options.threads)
