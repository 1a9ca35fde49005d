"""Short codes of unit vectors: a first look at all of them that reads 1/32 or 1/16 of their bytes."""

from typing import Any, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from pipelines.gallery.exact import Slots, use_one_thread
from vision.types import FloatArray

Bytes = NDArray[np.uint8]

_BITS = 4
_BLOCK_ROWS = 65_536


class ShortCodes:
    """4-bit product-quantiser codes in the order of a VectorStore's rows, scanned one after the other.

    Faces of one network share a large mean and lie in few directions, so the codes describe the vector
    minus the mean, along its principal axes, dealt out so that each code gets a fair share of the variance.
    Nearness is Euclidean: for unit vectors that is the order of the inner product, and the common mean,
    which an inner product would carry into the quantising error, drops out.

    Not thread-safe; GalleryIndex locks.

    Source: Andre, Kermarrec, Le Scouarnec, "Quicker ADC", 2019, as in faiss.IndexPQFastScan.

    Args:
        centre: (D,) the mean.
        axes: (D, D) orthogonal; columns are the directions, in the order in which codes take them.
        index: trained; the codes.
    """

    def __init__(self, centre: FloatArray, axes: FloatArray, index: Any) -> None:
        self.centre = centre
        self.axes = axes
        self._index = index
        self._packer = index.get_CodePacker()

    @classmethod
    def train(cls, sample: FloatArray, dims_per_code: int) -> Self:
        """Codes learned from `sample`, holding no vector yet.

        Args:
            sample: (S, D) unit vectors drawn from all of them, S >= 1,024.
            dims_per_code: how many directions share 4 bits; divides D.
        """
        use_one_thread()
        dim = sample.shape[1]
        centre = sample.mean(axis=0)
        axes = _balanced_axes(sample - centre, dims_per_code)
        index = faiss.IndexPQFastScan(dim, dim // dims_per_code, _BITS, faiss.METRIC_L2)
        index.train((sample - centre) @ axes)
        return cls(centre, axes, index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def nbytes(self) -> int:
        """Bytes of all codes, room for growth included."""
        return int(self._index.codes.size())

    def append(self, vectors: FloatArray) -> None:
        """Add the codes of (N, D) unit vectors at the end."""
        use_one_thread()
        for start in range(0, len(vectors), _BLOCK_ROWS):
            self._index.add(self._along_axes(vectors[start : start + _BLOCK_ROWS]))

    def remove(self, slot: int) -> None:
        """Overwrite the code with the last one, and the last one with zeros, as VectorStore.remove does."""
        last = len(self) - 1
        code = self._packer.unpack_1(self._block(last), last % self._packer.nvec)
        self._write(slot, code)
        self._write(last, np.zeros_like(code))
        self._index.ntotal = last

    def candidates(self, queries: FloatArray, depth: int) -> Slots:
        """(Q, depth) row numbers that look nearest by their codes, best first; `depth` <= len."""
        use_one_thread()
        slots: Slots = self._index.search(self._along_axes(queries), depth)[1]
        return slots

    def _along_axes(self, vectors: FloatArray) -> FloatArray:
        return np.asarray((vectors - self.centre) @ self.axes, np.float32)

    def _block(self, slot: int) -> Bytes:
        table = faiss.rev_swig_ptr(self._index.codes.get(), self._index.codes.size())
        block: Bytes = table.reshape(-1, self._packer.block_size)[slot // self._packer.nvec, None]
        return block

    def _write(self, slot: int, code: Bytes) -> None:
        self._packer.pack_1(code, slot % self._packer.nvec, self._block(slot))


def _balanced_axes(centred: FloatArray, dims_per_code: int) -> FloatArray:
    """The principal axes of (S, D) rows, dealt out to D / dims_per_code codes.

    The strongest axes go one to each code, the next ones back in the other direction, and so on;
    all codes have the same 4 bits, so none should carry several strong axes.
    """
    dim = centred.shape[1]
    _, axes = np.linalg.eigh(centred.T @ centred)
    rounds = np.arange(dim)[::-1].reshape(dims_per_code, dim // dims_per_code)
    rounds[1::2] = rounds[1::2, ::-1]
    return np.ascontiguousarray(axes[:, rounds.T.ravel()], dtype=np.float32)
