"""A plate to its text and kind: rectify, infer, decode."""

from collections.abc import Sequence

import numpy as np

from models.faces.detector import NetworkSession
from models.manifest import ModelSpec
from vision.errors import ConfigurationError, ModelContractError
from vision.plate_alphabet import ALPHABET, KINDS
from vision.plate_text import CELLS, decode_reading
from vision.preprocess import resize_quickly, to_tensor
from vision.rectify import rectify, widened
from vision.types import FloatArray, Image, PlateReading, check_image

CROP_WH = (144, 48)
"""Every plate is stretched to it, whatever its shape, one line or two."""
READ_MARGIN_WH = (1.08, 1.16)
"""A plate is cut so much wider and higher than its corners say: they are never exact."""
DEFAULT_GATE_THRESHOLD = 0.8
_WHITE = (255.0, 255.0, 255.0)


class PlateReader:
    """A reading network of family plate-ctc: two rows of cells and a kind, for one line and for two.

    Args:
        session: one (N, 3, 48, 144) input, BGR 0..1; outputs `characters` (N, CELLS, 1 + len(ALPHABET)) and `kind`
            (N, 1 + len(KINDS)) probabilities; N is free or 1.
        spec: its `thresholds.gate`: the confidence from which on a gate may act on a reading (0.8).

    Raises:
        ConfigurationError: another family.
        ModelContractError: the network's input or outputs are not the family's.

    Source: trained for Citygate by `models.training`; see models/weights/plate-reader.md.
    """

    def __init__(self, session: NetworkSession, spec: ModelSpec) -> None:
        if spec.family != "plate-ctc":
            raise ConfigurationError(f"{spec.id}: wanted a plate reader, got family {spec.family}")
        _check_network(session, spec.id)
        self._session = session
        self._one_by_one = session.network.inputs[0].shape[0] == 1
        self.model_id = spec.id
        self.gate_threshold = spec.thresholds.get("gate", DEFAULT_GATE_THRESHOLD)

    def read(self, image: Image, corners: FloatArray) -> PlateReading | None:
        """What the plate inside `corners` says; None where the network sees no whole plate.

        Args:
            image: (H, W, 3) uint8 BGR.
            corners: (4, 2) pixels: top-left, top-right, bottom-right, bottom-left.

        Raises:
            BadArray: not such a picture, or corners that are not a convex quadrilateral.
        """
        return self.read_crops([rectify(image, widened(corners, *READ_MARGIN_WH), CROP_WH)])[0]

    def read_crops(self, crops: Sequence[Image]) -> list[PlateReading | None]:
        """What each plate says, in the order of the crops.

        Args:
            crops: (H, W, 3) uint8 BGR of any size: a plate from straight ahead with a little around it.

        Raises:
            BadArray: not such pictures.
        """
        if not crops:
            return []
        for crop in crops:
            check_image(crop)
        tensors = [to_tensor(resize_quickly(crop, CROP_WH), channels="bgr", std=_WHITE) for crop in crops]
        batches = tensors if self._one_by_one else [np.concatenate(tensors)]
        found = [self._session.run(batch) for batch in batches]
        characters = np.concatenate([outputs[0] for outputs in found])
        kinds = np.concatenate([outputs[1] for outputs in found])
        return [decode_reading(*one) for one in zip(characters, kinds, strict=True)]


def _check_network(session: NetworkSession, model_id: str) -> None:
    inputs = [spec.shape for spec in session.network.inputs]
    outputs = [spec.shape for spec in session.network.outputs]
    sizes = [(3, CROP_WH[1], CROP_WH[0])], [(CELLS, 1 + len(ALPHABET)), (1 + len(KINDS),)]
    if ([shape[1:] for shape in inputs], [shape[1:] for shape in outputs]) != sizes:
        raise ModelContractError(f"{model_id}: wanted an input and outputs (N, ...) {sizes}, got {inputs}, {outputs}")
    if inputs[0][0] not in (0, 1):
        raise ModelContractError(f"{model_id}: wanted a free number of plates, or 1, got {inputs[0][0]}")
