"""A user's own ONNX file becomes a model of this installation: copied, described, listed in the user's manifest."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import onnx
import tomli_w
from google.protobuf.message import DecodeError
from pydantic import ValidationError

from models.files import write_atomically
from models.manifest import (
    USER_FILE_NAME,
    EmbeddingSpec,
    Family,
    LocalSource,
    Manifest,
    ModelSpec,
    Network,
    Preprocessing,
    Task,
    TensorSpec,
    read_manifest,
)
from models.street.classes import street_spec
from models.street.heads import HEADS
from vision.calibration import FmrCurve
from vision.errors import CitygateError, ConfigurationError, Conflict, ModelFileError, NotFound

IMPORTABLE: dict[Family, Task] = {
    "yunet": "face-detection",
    "scrfd": "face-detection",
    "arcface": "face-embedding",
    "print-replay": "face-liveness",
    "plate-corners": "plate-detection",
    "plate-ctc": "plate-reading",
    "yolox": "street-detection",
    "yolov8": "street-detection",
    "nanodet": "street-detection",
    "picodet": "street-detection",
    "street-cells": "street-detection",
}
_WHITE = (255.0, 255.0, 255.0)
_GREY = (127.5, 127.5, 127.5)
# Mean and deviation of ImageNet's pixels.
_MEAN, _STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
USUAL_PREPROCESSING: dict[Family, Preprocessing] = {
    "yolox": Preprocessing(channels="bgr"),
    "yolov8": Preprocessing(channels="rgb", std=_WHITE),
    "nanodet": Preprocessing(channels="bgr", mean=_MEAN[::-1], std=_STD[::-1]),
    "picodet": Preprocessing(channels="rgb", mean=_MEAN, std=_STD),
    "street-cells": Preprocessing(channels="bgr", mean=_GREY, std=_GREY),
}
"""How the families' publishers train; what is not here takes pixels of 0..255 as RGB unless told otherwise."""


def describe_file(
    file: Path,
    model_id: str,
    family: Family,
    licence: str,
    *,
    commercial_use: bool,
    preprocessing: Preprocessing,
    class_map: Mapping[str, str] = MappingProxyType({}),
) -> ModelSpec:
    """The manifest entry of an ONNX file, its inputs and outputs read from the file.

    Args:
        class_map: of a street detector, from its classes to ours; empty: what the file itself tells, see `street_spec`.

    Raises:
        ModelFileError: not an ONNX model.
        ModelContractError: a street detector whose input or outputs are not its family's.
        ConfigurationError: an id that is none, an embedder whose output has no fixed length, or a class map that is
            missing or wrong.
    """
    content, model = _read_model(file)
    graph = model.graph
    network = Network(
        name="network",
        inputs=tuple(_tensor(value) for value in _true_inputs(graph)),
        outputs=tuple(_tensor(value) for value in graph.output),
        local=LocalSource(path=Path("models") / f"{model_id}.onnx", sha256=hashlib.sha256(content).hexdigest()),
    )
    task = IMPORTABLE[family]
    embeds = task == "face-embedding"
    try:
        street = street_spec(model, HEADS[family].classes(network), class_map) if family in HEADS else None
        return ModelSpec(
            id=model_id,
            task=task,
            family=family,
            title=file.name,
            licence=licence,
            commercial_use=commercial_use,
            networks=(network,),
            preprocessing=preprocessing,
            embedding=EmbeddingSpec(dimension=network.outputs[0].shape[-1]) if embeds else None,
            street=street,
        )
    except (ValidationError, IndexError) as error:
        raise ConfigurationError(f"{file.name} as {model_id!r}, family {family}: {error}") from error


def import_model(home: Path, file: Path, spec: ModelSpec, check: Callable[[], object]) -> None:
    """Copy `file` into the installation and list it; restart what should use it.

    Args:
        home: CITYGATE_HOME.
        file: the ONNX file that `spec` describes.
        spec: from `describe_file`.
        check: opens the listed model; when it raises, the listing and the copy are taken back.

    Raises:
        Conflict: the user's manifest lists the id already.
    """
    listed = _user_models(home)
    if any(model.id == spec.id for model in listed):
        raise Conflict(f"model {spec.id!r} is listed already in {home / USER_FILE_NAME}")
    copy = home / "models" / f"{spec.id}.onnx"
    write_atomically(copy, file.read_bytes())
    _write_user_manifest(home, (*listed, spec))
    try:
        check()
    except CitygateError:
        _write_user_manifest(home, listed)
        copy.unlink()
        raise


def set_calibration(home: Path, model_id: str, curve: FmrCurve) -> None:
    """Give a model of the user's manifest its measured curve.

    Raises:
        NotFound: the user's manifest does not list the model.
    """
    listed = _user_models(home)
    if not any(model.id == model_id for model in listed):
        raise NotFound(f"wanted a model of {home / USER_FILE_NAME}, got {model_id!r}")
    calibrated = tuple(
        model.model_copy(update={"calibration": curve}) if model.id == model_id else model for model in listed
    )
    _write_user_manifest(home, calibrated)


def _user_models(home: Path) -> tuple[ModelSpec, ...]:
    path = home / USER_FILE_NAME
    return read_manifest(path, resolve=False).model if path.exists() else ()


def _write_user_manifest(home: Path, models: tuple[ModelSpec, ...]) -> None:
    table = Manifest(model=models).model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    write_atomically(home / USER_FILE_NAME, tomli_w.dumps(table).encode())


def _read_model(file: Path) -> tuple[bytes, onnx.ModelProto]:
    try:
        content = file.read_bytes()
        model = onnx.load_from_string(content)
        onnx.checker.check_model(model)
    except OSError as error:
        raise ModelFileError(f"{file}: cannot be read: {error.strerror}") from error
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise ModelFileError(f"{file}: not an ONNX model: {error}") from error
    return content, model


def _true_inputs(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    # Files before IR version 4 list their weights as inputs too.
    weights = {tensor.name for tensor in graph.initializer}
    return [value for value in graph.input if value.name not in weights]


def _tensor(value: onnx.ValueInfoProto) -> TensorSpec:
    sizes = value.type.tensor_type.shape.dim
    return TensorSpec(name=value.name, shape=tuple(size.dim_value for size in sizes))
