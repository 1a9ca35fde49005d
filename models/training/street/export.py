"""The trained network as ONNX files, with its classes' names."""

from collections.abc import Sequence
from pathlib import Path

from models.importing import USUAL_PREPROCESSING
from models.training.onnx_files import evenly, export_detector, quantise_detector
from models.training.street.files import OUTPUTS, name_classes
from models.training.street.listing import Photo
from models.training.street.network import ExportedNetwork, StreetNetwork

_CALIBRATION_WH = (416, 416)
_FLOAT_PARTS = ("stem", "stages.0", "scores", "distances")


def export_network(network: StreetNetwork, path: Path) -> None:
    """Write the network with free height and width, and its classes' names.

    Raises:
        ModelContractError: onnxruntime computes something else than torch.
    """
    export_detector(ExportedNetwork(network).eval(), path, OUTPUTS)
    name_classes(path)


def quantise_network(network: Path, quantised: Path, photos: Sequence[Photo], count: int = 40) -> None:
    """Write the 8-bit twin of a network; its ranges are those that `count` photos give.

    The stem and the first stage stay as they are: over few channels they take longer in 8 bits.
    """
    pictures = (photos[index].image() for index in evenly(len(photos), count))
    prepared = USUAL_PREPROCESSING["street-cells"]
    quantise_detector(network, quantised, pictures, _CALIBRATION_WH, _FLOAT_PARTS, prepared)
    name_classes(quantised)
