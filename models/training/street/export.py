"""The trained network as an ONNX file, checked against torch."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from models.training.street.files import OUTPUTS, name_classes
from models.training.street.network import ExportedNetwork, StreetNetwork
from vision.errors import ModelContractError

_OPSET = 17
_TRACED_HW = (320, 544)
# Another shape than the traced one: a size that was frozen into the graph would show.
_CHECKED_HW = (256, 320)
_SCORE_TOLERANCE = 1e-4
_PIXEL_TOLERANCE = 0.05


def export_network(network: StreetNetwork, path: Path) -> None:
    """Write the network with free height and width, and its classes' names.

    Raises:
        ModelContractError: onnxruntime computes something else than torch.
    """
    exported = ExportedNetwork(network).eval()
    axes = {"image": {2: "height", 3: "width"}}
    for name in OUTPUTS:
        stride = name.split("_")[1]
        axes[name] = {2: f"rows_{stride}", 3: f"columns_{stride}"}
    with torch.no_grad():
        # The tracing exporter needs no onnxscript, and this network has no branches.
        torch.onnx.export(
            exported,
            (torch.zeros(1, 3, *_TRACED_HW),),
            str(path),
            input_names=["image"],
            output_names=list(OUTPUTS),
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
    name_classes(path)
    _check(exported, path)


def _check(exported: ExportedNetwork, path: Path) -> None:
    picture = np.random.default_rng(0).random((1, 3, *_CHECKED_HW), np.float32)
    with torch.no_grad():
        wanted = [output.numpy() for output in exported(torch.from_numpy(picture))]
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got: list[NDArray[np.float32]] = session.run(list(OUTPUTS), {"image": picture})
    for name, one, other in zip(OUTPUTS, wanted, got, strict=True):
        tolerance = _SCORE_TOLERANCE if name.startswith("scores") else _PIXEL_TOLERANCE
        worst = float(np.abs(one - other).max())
        if worst > tolerance:
            raise ModelContractError(f"{path.name} {name}: wanted at most {tolerance} from torch, got {worst}")
