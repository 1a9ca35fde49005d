"""Networks out of installed packages: located without an import, verified, converted, and their tensors verified."""

import hashlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path

import onnx

from models.convert import dlib_resnet, mtcnn
from models.convert.hashing import tensor_sha256
from models.files import read_verified
from models.manifest import PackagedSource
from vision.errors import ModelFileError

CONVERTERS: Mapping[str, Callable[[Path], onnx.ModelProto]] = {
    "dlib-resnet": dlib_resnet.convert,
    "mtcnn-pnet": lambda source: mtcnn.convert(source, "pnet"),
    "mtcnn-rnet": lambda source: mtcnn.convert(source, "rnet"),
    "mtcnn-onet": lambda source: mtcnn.convert(source, "onet"),
}


def packaged_path(source: PackagedSource) -> Path:
    """Where the weights lie in their package, which is never imported.

    Raises:
        ModelFileError: the package is not installed.
    """
    found = importlib.util.find_spec(source.package)
    if found is None or found.origin is None:
        raise ModelFileError(f"wanted the package {source.package}, got none installed")
    return Path(found.origin).parent / source.path


def conversion_fingerprint(source: PackagedSource) -> str:
    """Changes with the source file, the listed tensors and the converters' code: no cache may outlive these."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.sha256(source.model_dump_json().encode() + code).hexdigest()[:16]


def convert_packaged(source: PackagedSource) -> bytes:
    """The serialized ONNX model made from a packaged file.

    Raises:
        ModelFileError: the package, the file or a tensor made from it is not the listed one.
    """
    path = packaged_path(source)
    read_verified(path, source.sha256)
    model = CONVERTERS[source.converter](path)
    got = tensor_sha256(model)
    wrong = sorted(name for name in {*source.tensors, *got} if source.tensors.get(name) != got.get(name))
    if wrong:
        raise ModelFileError(f"{path}: wanted the listed tensors, got others: {', '.join(wrong)}")
    content: bytes = model.SerializeToString()
    return content
