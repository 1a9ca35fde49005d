"""Fingerprints of a network that outlive the library which wrote its file.

An ONNX file's own sha256 changes with every onnx release (producer, field order), its tensors' bytes do not.
"""

import hashlib

import numpy as np
import onnx
from onnx import numpy_helper


def tensor_sha256(model: onnx.ModelProto) -> dict[str, str]:
    """The sha256 of every initializer by name, over its raw little-endian bytes in C order."""
    return {tensor.name: hashlib.sha256(_little_endian_bytes(tensor)).hexdigest() for tensor in model.graph.initializer}


def _little_endian_bytes(tensor: onnx.TensorProto) -> bytes:
    array = numpy_helper.to_array(tensor)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
