"""The trained network as ONNX files, with its classes' names."""

from collections.abc import Sequence
from pathlib import Path

from models.training.onnx_files import evenly, export_detector, quantise_detector
from models.training.street.files import OUTPUTS, name_classes
from models.training.street.listing import Photo
from models.training.street.network import ExportedNetwork, StreetNetwork

_CALIBRATION_WH = (416, 416)


def export_network(network: StreetNetwork, path: Path) -> None:
    """Write the network with free height and width, and its classes' names.

    Raises:
        ModelContractError: onnxruntime computes something else than torch.
    """
    export_detector(ExportedNetwork(network).eval(), path, OUTPUTS)
    name_classes(path)


def quantise_network(network: Path, quantised: Path, photos: Sequence[Photo], count: int = 40) -> None:
    """Write the 8-bit twin of a network; its ranges are those that `count` photos give."""
    pictures = (photos[index].image() for index in evenly(len(photos), count))
    quantise_detector(network, quantised, pictures, _CALIBRATION_WH, ("scores", "distances"))
    name_classes(quantised)
