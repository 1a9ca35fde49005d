"""dlib itself, running the very weights that the shipped embedder was converted from."""

import importlib
from collections.abc import Callable
from types import ModuleType

import numpy as np

from models.convert.packaged import packaged_path
from models.files import read_verified
from models.manifest import ModelSpec
from vision.align import DLIB_150, align_face
from vision.errors import ConfigurationError
from vision.types import FloatArray, Image


class DlibRecogniser:
    """dlib's `compute_face_descriptor` on the chips that the shipped embedder sees; it runs on one thread.

    Args:
        spec: the manifest entry whose packaged file dlib is to load.

    Raises:
        ConfigurationError: dlib is not installed, or the entry has no packaged file.
        ModelFileError: the file is missing or not the listed one.

    Source: King, "Dlib-ml: A Machine Learning Toolkit", JMLR 2009 (Boost licence); weights CC0.
    """

    def __init__(self, spec: ModelSpec) -> None:
        source = spec.networks[0].packaged
        if source is None:
            raise ConfigurationError(f"--peer dlib: wanted weights in a package, got {spec.id} from elsewhere")
        dlib = _dlib()
        path = packaged_path(source)
        read_verified(path, source.sha256)
        self._network = dlib.face_recognition_model_v1(str(path))

    def prepared(self, image: Image, landmarks: FloatArray) -> Callable[[], FloatArray]:
        """The chip is cut before the call, as dlib would not pay for our alignment."""
        chip = np.ascontiguousarray(align_face(image, landmarks, DLIB_150)[..., ::-1])
        return lambda: np.asarray(self._network.compute_face_descriptor(chip), np.float32)

    def similarity(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """1 - d^2 / 2 of dlib's own Euclidean distance d, which is the cosine where vectors have unit length."""
        similarities: FloatArray = 1 - np.square(a - b).sum(axis=1, dtype=np.float32) / np.float32(2)
        return similarities


def _dlib() -> ModuleType:
    try:
        return importlib.import_module("dlib")
    except ImportError as error:
        raise ConfigurationError(
            "--peer dlib: wanted the package dlib, got none installed; `pip install dlib-bin` brings it"
        ) from error
