"""dlib's face recognition network, read from dlib's own file format.

The file is a dlib serialisation: layer after layer from the picture to the embedding, each a tagged string with
its tensors behind it. An integer is a control byte (high bit: sign, low nibble: number of bytes) and a
little-endian magnitude; a tensor is the integer 2 (its version), four sizes and float32 values. The bytes are
verified by sha256 before they are read, and trusted from then on. The package that carries the file is never
imported.

Source: Davis King, dlib_face_recognition_resnet_model_v1 (CC0), out of the package `face_recognition_models`;
the fields' order is that of `serialize` for `con_`, `affine_` and `fc_` in dlib/dnn/layers.h.
"""

import hashlib
import importlib.util
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vision.errors import ModelFileError

Weights = NDArray[np.float64]

PACKAGE = "face_recognition_models"
PATH_IN_PACKAGE = "models/dlib_face_recognition_resnet_model_v1.dat"
SOURCE_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"

_STEM_CHANNELS = 32
_STEM_KERNEL = 7


@dataclass(frozen=True, slots=True)
class Block:
    """Two 3x3 convolutions with a skip around them; the first of a `down` block has stride 2."""

    inputs: int
    outputs: int
    down: bool = False


BLOCKS = (
    *[Block(32, 32)] * 3,
    *[Block(32, 64, down=True), *[Block(64, 64)] * 3],
    *[Block(64, 128, down=True), *[Block(128, 128)] * 2],
    *[Block(128, 256, down=True), *[Block(256, 256)] * 2],
    Block(256, 256, down=True),
)


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """A convolution's weight (outputs, inputs, height, width) and bias (outputs,), its affine layer folded in."""

    weight: Weights
    bias: Weights


@dataclass(frozen=True, slots=True, eq=False)
class FaceNetwork:
    """The tensors of the network, from the picture to the embedding.

    Attributes:
        stem: 7x7 on a picture already normalised.
        blocks: the two convolutions of each of `BLOCKS`.
        projection: (256, 128), without a bias, behind the average over all positions.
    """

    stem: Affine
    blocks: tuple[tuple[Affine, Affine], ...]
    projection: Weights


def packaged_file() -> Path:
    """Where the installed package keeps the network.

    Raises:
        ModelFileError: the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelFileError(f"wanted the package {PACKAGE} with dlib's face network, got none installed")
    return Path(spec.origin).parent / PATH_IN_PACKAGE


def read_network(source: Path) -> FaceNetwork:
    """The network in the file `source`.

    Raises:
        ModelFileError: `source` is missing, or not the one file that this reader knows.
    """
    try:
        content = source.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{source}: wanted dlib's face network, got {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != SOURCE_SHA256:
        raise ModelFileError(f"{source}: wanted sha256 {SOURCE_SHA256}, got {digest} ({len(content)} bytes)")
    cursor = _Cursor(content)
    stem = cursor.convolution(_STEM_CHANNELS, 3, _STEM_KERNEL)
    blocks = tuple(_block(cursor, block) for block in BLOCKS)
    return FaceNetwork(stem, blocks, cursor.projection())


def _block(cursor: "_Cursor", block: Block) -> tuple[Affine, Affine]:
    first = cursor.convolution(block.outputs, block.inputs, 3)
    return first, cursor.convolution(block.outputs, block.outputs, 3)


class _Cursor:
    """A place in the bytes of the file, which moves behind whatever is read."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def convolution(self, outputs: int, inputs: int, kernel: int) -> Affine:
        """The next convolution, with the affine layer that follows it folded in."""
        self._skip_behind(b"con_4")
        values = self._tensor().ravel()
        weight = values[:-outputs].reshape(outputs, inputs, kernel, kernel)
        self._skip_behind(b"affine_")
        gain, offset = self._tensor().reshape(2, outputs)
        return Affine(weight * gain[:, None, None, None], values[-outputs:] * gain + offset)

    def projection(self) -> Weights:
        """The matrix of the next fully connected layer, (inputs, outputs)."""
        self._skip_behind(b"fc_2")
        outputs, inputs = self._integer(), self._integer()
        return self._tensor().reshape(inputs, outputs)

    def _skip_behind(self, tag: bytes) -> None:
        # A string is its length, an integer of one byte, and its characters.
        string = bytes([1, len(tag)]) + tag
        self._at = self._content.index(string, self._at) + len(string)

    def _integer(self) -> int:
        control = self._content[self._at]
        start, end = self._at + 1, self._at + 1 + (control & 0x0F)
        self._at = end
        magnitude = int.from_bytes(self._content[start:end], "little")
        return -magnitude if control & 0x80 else magnitude

    def _tensor(self) -> Weights:
        _version, *shape = (self._integer() for _ in range(5))
        values = np.frombuffer(self._content, "<f4", math.prod(shape), self._at)
        self._at += values.nbytes
        return values.reshape(shape).astype(np.float64)
