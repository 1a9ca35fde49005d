"""A search structure as one sealed file, and back."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.gallery.checks import check_model
from pipelines.gallery.codes import ShortCodes
from pipelines.gallery.sealed_file import Facts, SealedHeader, read_sealed, write_sealed
from pipelines.gallery.search_plan import FastPath
from pipelines.gallery.store import VectorStore
from pipelines.gallery.structure import SearchStructure
from vision.errors import BadArray


def save(structure: SearchStructure, model_id: str, path: Path, key: bytes) -> None:
    """Write the structure; see write_sealed for what holds when the disk is full.

    Args:
        structure: nobody may change it meanwhile.
        key: 32 bytes.
    """
    store, fast = structure.store, structure.fast
    facts: Facts = {"model_id": model_id, "dim": store.dim, "count": len(store), "tuned_at": structure.tuned_at}
    parts: dict[str, NDArray[np.generic]] = {"ids": store.ids, "vectors": store.vectors}
    if fast:
        facts |= {"depth": fast.depth, "recall": fast.recall}
        parts |= {"centre": fast.codes.centre, "axes": fast.codes.axes, "codes": fast.codes.serialize()}
    write_sealed(path, key, facts, parts)


def load(model_id: str, dim: int, path: Path, key: bytes) -> SearchStructure:
    """The structure that `save` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        SealBroken: it is damaged, cut off, or sealed with another key.
        ModelMismatch: it holds another model's vectors.
        BadArray: its vectors have another dimension.
    """
    header, parts = read_sealed(path, key)
    facts = header.facts
    check_model(model_id, str(facts["model_id"]))
    if facts["dim"] != dim:
        raise BadArray(f"{path.name}: wanted vectors of {dim} dimensions, got {facts['dim']}")
    store = VectorStore(dim)
    store.append(np.frombuffer(parts["ids"], np.int64), np.frombuffer(parts["vectors"], np.float32).reshape(-1, dim))
    return SearchStructure(store, _fast_path(header, parts, dim), int(facts["tuned_at"]))


def _fast_path(header: SealedHeader, parts: dict[str, bytearray], dim: int) -> FastPath | None:
    if "codes" not in parts:
        return None
    codes = ShortCodes.restore(
        np.frombuffer(parts["centre"], np.float32),
        np.frombuffer(parts["axes"], np.float32).reshape(dim, dim),
        np.frombuffer(parts["codes"], np.uint8),
    )
    return FastPath(codes, int(header.facts["depth"]), float(header.facts["recall"]))
