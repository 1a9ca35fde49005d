"""The trained network as ONNX files."""

from pathlib import Path

from models.manifest import Preprocessing
from models.training.detector.network import ExportedNetwork, PlateNetwork
from models.training.detector.samples import SceneFolder
from models.training.onnx_files import evenly, export_detector, quantise_detector
from vision.plate_detection import STRIDES

OUTPUTS = tuple(f"{name}_{stride}" for stride in STRIDES for name in ("scores", "corners"))
_CALIBRATION_WH = (512, 512)
_PREPROCESSING = Preprocessing(channels="bgr", std=(255.0, 255.0, 255.0))


def export_network(network: PlateNetwork, path: Path) -> None:
    """Write the network with free height and width.

    Raises:
        ModelContractError: onnxruntime computes something else than torch.
    """
    export_detector(ExportedNetwork(network).eval(), path, OUTPUTS)


def quantise_network(network: Path, quantised: Path, scenes: SceneFolder, count: int = 80) -> None:
    """Write the 8-bit twin of a network; its ranges are those that `count` scenes give."""
    pictures = (scenes.whole(index).picture for index in evenly(len(scenes), count))
    quantise_detector(network, quantised, pictures, _CALIBRATION_WH, ("scores", "corners"), _PREPROCESSING)
