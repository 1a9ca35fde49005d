"""A detector's exported file as a manifest describes it."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.manifest import LocalSource, Network, TensorSpec


def exported_network(path: Path, name: str, outputs: Sequence[str], channels: Mapping[str, int]) -> Network:
    """The network of a file that `onnx_files` wrote.

    Args:
        name: of the network.
        outputs: names that end in their stride, such as `scores_8`.
        channels: of each kind of output, by the name before the stride.
    """
    return Network(
        name=name,
        inputs=(TensorSpec(name="image", shape=(1, 3, 0, 0)),),
        outputs=tuple(TensorSpec(name=one, shape=(1, channels[one.split("_")[0]], 0, 0)) for one in outputs),
        local=local_source(path),
    )


def local_source(path: Path) -> LocalSource:
    """The file as it is now."""
    return LocalSource(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
