"""The values that travel between the lanes; arrays are checked once, here, and trusted afterwards."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from vision.errors import BadArray, ModelMismatch
from vision.plate_alphabet import PlateKind

Image = NDArray[np.uint8]
"""(H, W, 3) uint8, BGR."""
FloatArray = NDArray[np.float32]

UNIT_TOLERANCE = 1e-3


def check_image(image: Image) -> None:
    """Refuse everything but a non-empty (H, W, 3) uint8 array.

    Raises:
        BadArray: the array has another shape or dtype.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise BadArray(f"wanted an (H, W, 3) uint8 image, got {image.shape} {image.dtype}")


def _check_floats(name: str, array: FloatArray, shape: tuple[int, ...]) -> None:
    if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
        raise BadArray(f"{name}: wanted finite float32 {shape}, got {array.dtype} {array.shape}")


def _read_only(array: NDArray[np.generic]) -> None:
    array.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of one camera.

    Attributes:
        camera_id: the camera's id in the store.
        seq: counts the frames of this camera since it was opened, dropped ones included.
        captured_at: from the stream, aware, UTC.
        image: (H, W, 3) uint8 BGR, read-only.
        moved_at: when something last moved before the camera; None: nobody looked.
    """

    camera_id: str
    seq: int
    captured_at: datetime
    image: Image
    moved_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.captured_at.utcoffset() != timedelta(0):
            raise BadArray(f"captured_at: wanted an aware UTC time, got {self.captured_at!r}")
        check_image(self.image)
        _read_only(self.image)


@dataclass(frozen=True, slots=True, eq=False)
class FaceObservation:
    """One face in one frame, with the pixels around it that quality, liveness and embedding need.

    Attributes:
        image: (H, W, 3) uint8 BGR: the frame, or a crop of it that holds the whole face.
        xyxy: (4,) float32 pixels of `image`.
        landmarks: (5, 2) float32 pixels of `image`: left eye, right eye, nose, left and right
            corner of the mouth, as seen in the picture.
        confidence: the detector's, 0..1.
    """

    image: Image
    xyxy: FloatArray
    landmarks: FloatArray
    confidence: float

    def __post_init__(self) -> None:
        check_image(self.image)
        _check_floats("xyxy", self.xyxy, (4,))
        _check_floats("landmarks", self.landmarks, (5, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """A face as a point on the unit sphere of one network's space.

    Attributes:
        vector: (D,) float32 of unit length, read-only.
        model_id: the network; only embeddings of one model_id are ever compared.
    """

    vector: FloatArray
    model_id: str

    def __post_init__(self) -> None:
        _check_floats("vector", self.vector, (self.vector.size,))
        length = float(np.linalg.norm(self.vector))
        if abs(length - 1.0) > UNIT_TOLERANCE:
            raise BadArray(f"vector: wanted unit length, got {length:.4f}")
        _read_only(self.vector)

    def similarity(self, other: "Embedding") -> float:
        """The cosine of the angle between both, -1..1.

        Raises:
            ModelMismatch: the embeddings come from two models.
        """
        if self.model_id != other.model_id:
            raise ModelMismatch(f"wanted two embeddings of one model, got {self.model_id} and {other.model_id}")
        return float(self.vector @ other.vector)


@dataclass(frozen=True, slots=True)
class Match:
    """One subject that a gallery search found.

    Attributes:
        subject_id: whose template it is.
        score: cosine similarity of the probe with the subject's best template, -1..1.
    """

    subject_id: str
    score: float


@dataclass(frozen=True, slots=True)
class PlateCandidate:
    """A text that a plate may say.

    Attributes:
        text: upper case, no separators.
        confidence: probability of the whole text, 0..1.
        plausible: whether the text fits a format of the reading's kind.
    """

    text: str = field(repr=False)
    confidence: float
    plausible: bool = False


@dataclass(frozen=True, slots=True)
class PlateReading:
    """What one look at a plate says; the text stays out of every `repr`, for a plate is personal data.

    Attributes:
        text: as it was read: upper case, no separators, not empty; never changed to fit a format.
        char_confidence: of each character, 0..1.
        kind_confidence: 0..1.
        region: the province's character of a Chinese plate; None on plates that name none.
        plausible: whether the text fits a format of its kind.
        candidates: the reading itself, then other texts: those that fit a format first, then by confidence.
    """

    text: str = field(repr=False)
    char_confidence: tuple[float, ...]
    kind: PlateKind
    kind_confidence: float
    region: str | None = field(repr=False)
    plausible: bool
    candidates: tuple[PlateCandidate, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not self.text or len(self.text) != len(self.char_confidence):
            raise BadArray(f"wanted a confidence for each character, got {len(self.char_confidence)}")

    @property
    def confidence(self) -> float:
        """That of the least certain character."""
        return min(self.char_confidence)


@dataclass(frozen=True, slots=True, eq=False)
class PlateObservation:
    """One plate in one picture.

    Attributes:
        xyxy: (4,) float32 pixels: the plate's box; may reach beyond the picture.
        corners: (4, 2) float32 pixels: top-left, top-right, bottom-right, bottom-left, as the plate is read.
        confidence: the detector's, 0..1.
        reading: None: seen, but not legible.
        whole: whether all four corners lie well inside the picture; of another plate a part may be missing.
    """

    xyxy: FloatArray
    corners: FloatArray
    confidence: float
    reading: PlateReading | None
    whole: bool = True

    def __post_init__(self) -> None:
        _check_floats("xyxy", self.xyxy, (4,))
        _check_floats("corners", self.corners, (4, 2))
