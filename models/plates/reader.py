"""A plate to its text and kind: rectify, infer, decode."""

from collections.abc import Sequence

import numpy as np

from models.faces.detector import NetworkSession
from models.manifest import ModelSpec
from vision.errors import ConfigurationError, ModelContractError
from vision.plate_alphabet import ALPHABET, KINDS
from vision.plate_text import CELLS, decode_reading
from vision.preprocess import resize_quickly, to_tensor
from vision.rectify import is_convex, rectify, reframed, widened
from vision.types import FloatArray, Image, PlateReading, check_image
from vision.voting import agreed

CROP_WH = (144, 48)
"""Every plate is stretched to it, whatever its shape, one line or two."""
READ_MARGIN_WH = (1.08, 1.16)
"""A plate is cut so much wider and higher than its corners say: they are never exact."""
SURE = 0.95
"""A reading of less confidence is put to the vote of further looks."""
FURTHER_LOOKS: FloatArray = np.array(
    [
        *(((factor, 0, 0), (0, 1 + 2.5 * (factor - 1), 0)) for factor in (0.96, 1.04)),
        *(((1, 0, shift), (0, 1, 0)) for shift in (-0.04, 0.04)),
        *(((1, 0, 0), (0, 1, shift)) for shift in (-0.1, 0.1)),
        *(((1, slant, 0), (0, 1, 0)) for slant in (-0.04, 0.04)),
    ],
    np.float32,
)
"""(8, 2, 3): nearer, from farther away, shifted each way, slanted; see `vision.rectify.reframed`."""
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
        framed = widened(corners, *READ_MARGIN_WH)
        reading = self._look([rectify(image, framed, CROP_WH)])[0]
        return self._settled(reading, image, framed)

    def read_crops(self, crops: Sequence[Image]) -> list[PlateReading | None]:
        """What each plate says, in the order of the crops; an unsure reading is put to the vote of further looks.

        Args:
            crops: (H, W, 3) uint8 BGR of any size: a plate from straight ahead with a little around it.

        Raises:
            BadArray: not such pictures.
        """
        for crop in crops:
            check_image(crop)
        return [self._settled(first, crop, _border(crop)) for first, crop in zip(self._look(crops), crops, strict=True)]

    def _settled(self, first: PlateReading | None, image: Image, framed: FloatArray) -> PlateReading | None:
        """The first look's reading if it is sure; what most looks say otherwise."""
        if first is None or first.confidence >= SURE:
            return first
        frames = [reframed(framed, look) for look in FURTHER_LOOKS]
        crops = [rectify(image, frame, CROP_WH) for frame in frames if is_convex(frame)]
        return agreed([first, *self._look(crops)])

    def _look(self, crops: Sequence[Image]) -> list[PlateReading | None]:
        if not crops:
            return []
        tensors = [to_tensor(resize_quickly(crop, CROP_WH), channels="bgr", std=_WHITE) for crop in crops]
        batches = tensors if self._one_by_one else [np.concatenate(tensors)]
        found = [self._session.run(batch) for batch in batches]
        characters = np.concatenate([outputs[0] for outputs in found])
        kinds = np.concatenate([outputs[1] for outputs in found])
        return [decode_reading(*one) for one in zip(characters, kinds, strict=True)]


def _border(crop: Image) -> FloatArray:
    height, width = crop.shape[:2]
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)


def _check_network(session: NetworkSession, model_id: str) -> None:
    inputs = [spec.shape for spec in session.network.inputs]
    outputs = [spec.shape for spec in session.network.outputs]
    sizes = [(3, CROP_WH[1], CROP_WH[0])], [(CELLS, 1 + len(ALPHABET)), (1 + len(KINDS),)]
    if ([shape[1:] for shape in inputs], [shape[1:] for shape in outputs]) != sizes:
        raise ModelContractError(f"{model_id}: wanted an input and outputs (N, ...) {sizes}, got {inputs}, {outputs}")
    if inputs[0][0] not in (0, 1):
        raise ModelContractError(f"{model_id}: wanted a free number of plates, or 1, got {inputs[0][0]}")
