"""The list of networks: the shipped manifest and the user's own, one schema for both.

A model is one or more networks (MTCNN is three). Each network names its bytes by sha256 and states the inputs
and outputs that the session checks after loading, so that a wrong file is refused before it computes anything.
"""

import hashlib
import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vision.calibration import FmrCurve
from vision.errors import ConfigurationError
from vision.street_classes import StreetClass

SHIPPED = Path(__file__).parent / "manifest.toml"
USER_FILE_NAME = "models.toml"

Task = Literal[
    "face-detection", "face-embedding", "face-liveness", "plate-detection", "plate-reading", "street-detection"
]
Family = Literal[
    "mtcnn",
    "yunet",
    "scrfd",
    "dlib-resnet",
    "arcface",
    "print-replay",
    "plate-corners",
    "plate-ctc",
    "yolox",
    "yolov8",
    "nanodet",
    "picodet",
    "street-cells",
]
Sha256 = Field(pattern=r"^[0-9a-f]{64}$")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TensorSpec(_Strict):
    """One input or output: its name and shape; a dimension of 0 is free."""

    name: str
    shape: tuple[int, ...]


class PackagedSource(_Strict):
    """Weights that lie in an installed Python package and are converted to ONNX once."""

    package: str
    path: str
    sha256: str = Sha256
    converter: Literal["dlib-resnet", "mtcnn-pnet", "mtcnn-rnet", "mtcnn-onet"]
    tensors: dict[str, str]
    """sha256 of each tensor's bytes, by name: the converted file itself may differ between onnx releases."""


class RemoteSource(_Strict):
    """A file at a pinned public address, fetched only when the user asks for it."""

    url: str
    sha256: str = Sha256
    size: int = Field(gt=0)


class LocalSource(_Strict):
    """An ONNX file: relative paths lie beside the manifest that lists them."""

    path: Path
    sha256: str = Sha256


class Network(_Strict):
    """One ONNX graph of a model; exactly one of the three sources is given."""

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    packaged: PackagedSource | None = None
    remote: RemoteSource | None = None
    local: LocalSource | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [source for source in (self.packaged, self.remote, self.local) if source]
        if len(given) != 1:
            raise ValueError(f"network {self.name}: wanted one of packaged, remote, local; got {len(given)}")
        return self

    @property
    def source(self) -> PackagedSource | RemoteSource | LocalSource:
        """The one source that is given."""
        return next(source for source in (self.packaged, self.remote, self.local) if source)


class Preprocessing(_Strict):
    """(pixel - mean) / std per channel in the order of `channels`, then NCHW float32."""

    channels: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)


class EmbeddingSpec(_Strict):
    """What an embedder's output is and how it is finished."""

    dimension: int = Field(gt=0)
    mirror_scale: float | None = Field(default=None, ge=1.0)
    """Average with the embedding of the mirror picture, in which the face is so many times larger; None: do not."""
    centre: tuple[float, ...] = ()
    """Subtracted from the network's output before it is brought to unit length; empty: nothing."""


class StreetSpec(_Strict):
    """What a street detector's classes are; those that are not mapped are not reported."""

    names: tuple[str, ...] = ()
    """Of the network's classes, in the order of its outputs; may be left out."""
    classes: dict[str, StreetClass] = Field(min_length=1)
    """From a name, or a place counted from 0, to our class."""
    verified: tuple[StreetClass, ...] = ()
    """Ours at which the entry's second network, where there is one, looks again."""

    @model_validator(mode="after")
    def _maps_what_is_there(self) -> Self:
        unknown = [theirs for theirs in self.classes if theirs not in self.names and not theirs.isdecimal()]
        if unknown:
            raise ValueError(f"classes: wanted names of the list, or numbers, got {', '.join(unknown)}")
        return self


class ModelSpec(_Strict):
    """One model: what it does, where its weights come from, under which licence."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    task: Task
    family: Family
    title: str
    licence: str
    commercial_use: bool
    networks: tuple[Network, ...] = Field(min_length=1)
    preprocessing: Preprocessing = Preprocessing()
    embedding: EmbeddingSpec | None = None
    street: StreetSpec | None = None
    thresholds: dict[str, float] = {}
    """Detector, reader and liveness cut-offs by name, as the family's class documents them."""
    calibration: FmrCurve | None = None

    @property
    def sha256(self) -> str:
        """Of the one source file, or of the sources' digests in order where the model is several networks."""
        digests = [network.source.sha256 for network in self.networks]
        return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()

    @model_validator(mode="after")
    def _embedder_states_its_output(self) -> Self:
        if (self.task == "face-embedding") != (self.embedding is not None):
            raise ValueError(f"model {self.id}: wanted an [embedding] table for face-embedding models only")
        return self

    @model_validator(mode="after")
    def _street_detector_maps_its_classes(self) -> Self:
        if (self.task == "street-detection") != (self.street is not None):
            raise ValueError(f"model {self.id}: wanted a [street] table for street-detection models only")
        return self


class Manifest(BaseModel):
    """Models by id, in the order of the files."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    model: tuple[ModelSpec, ...] = ()

    def get(self, model_id: str) -> ModelSpec:
        """The model of that id.

        Raises:
            ConfigurationError: no manifest lists it.
        """
        for spec in self.model:
            if spec.id == model_id:
                return spec
        known = ", ".join(spec.id for spec in self.model)
        raise ConfigurationError(f"no model {model_id!r} in the manifests; known: {known}")


def read_manifest(path: Path, *, resolve: bool = True) -> Manifest:
    """One manifest file; with `resolve`, local paths are taken relative to its folder.

    Raises:
        ConfigurationError: not TOML, or not of the manifest's schema.
    """
    try:
        manifest = Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    return Manifest(model=tuple(_resolved(spec, path.parent) for spec in manifest.model)) if resolve else manifest


def _resolved(spec: ModelSpec, folder: Path) -> ModelSpec:
    networks = tuple(
        network.model_copy(update={"local": network.local.model_copy(update={"path": folder / network.local.path})})
        if network.local
        else network
        for network in spec.networks
    )
    return spec.model_copy(update={"networks": networks})


def load_manifests(home: Path) -> Manifest:
    """The shipped models, then those of `home`'s own manifest.

    Raises:
        ConfigurationError: a file is wrong, or both list the same id.
    """
    shipped = read_manifest(SHIPPED)
    user_file = home / USER_FILE_NAME
    if not user_file.exists():
        return shipped
    merged = shipped.model + read_manifest(user_file).model
    ids = [spec.id for spec in merged]
    duplicates = sorted({model_id for model_id in ids if ids.count(model_id) > 1})
    if duplicates:
        raise ConfigurationError(f"{user_file}: wanted ids of its own, got listed twice: {', '.join(duplicates)}")
    return Manifest(model=merged)
