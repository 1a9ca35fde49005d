"""Is this picture of a face good enough to enrol or to decide on? Measured from its pixels and five landmarks.

Every measure is taken on the face brought to 112x112, so that the limits hold for every camera. The limits were set
on LFW folds 0 and 1 (1,583 pictures) and degraded copies of them; `tests/vision/test_quality_on_lfw.py` has the rates.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from vision.align import ARCFACE_112, align_face
from vision.pose import eye_distance_px, head_pitch, head_roll_deg, head_yaw
from vision.types import FaceObservation, FloatArray, Image

# Parts of the aligned 112x112 face: rows, columns.
_FACE = np.s_[30:108, 24:88]
_FEATURES = (np.s_[43:60, 26:50], np.s_[43:60, 62:86], np.s_[84:101, 40:72])
"""Left eye, right eye, mouth."""
_CHEEKS = (np.s_[62:76, 30:44], np.s_[62:76, 68:82])
_MOUTH_AND_CHIN = np.s_[84:108, 42:70]

_DARK, _BRIGHT = 25, 245
_LEAST_CONTRAST = 1.0
# Medians of the 1,583 LFW pictures.
_USUAL_DETAIL = 0.27
_FARTHEST_COLOUR = 30.0


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """What was measured on one face.

    Attributes:
        eye_distance_px: between the eyes.
        height_px: of the face's box.
        sharpness: how much fine structure there is for the face's contrast: 0.17 in a usual press picture, falling
            with blur and with enlargement, hardly moved by noise.
        yaw, pitch: -1..1 as in `vision.pose`.
        roll_deg: tilt of the head, -180..180.
        brightness: mean grey of the face, 0..255.
        contrast: standard deviation of its grey values.
        dark_share, bright_share: of its pixels, 0..1, where nothing can be told any more.
        occlusion: 0..1, how little an eye or the mouth stands out from the skin, or how far the colour about the mouth
            lies from the cheeks'. Sees dark glasses, a hand or a plain mask; does not see what has structure and the
            colour of skin: a patterned mask, a beard, clear glasses, hair over the forehead.
        cut_off: share of the face's box that lies beyond the picture, 0..1.
    """

    eye_distance_px: float
    height_px: float
    sharpness: float
    yaw: float
    pitch: float
    roll_deg: float
    brightness: float
    contrast: float
    dark_share: float
    bright_share: float
    occlusion: float
    cut_off: float

    @property
    def score(self) -> float:
        """One number to rank and to weigh pictures of one face by, above 0 up to 1; no limit is set on it."""
        size = min(1.0, self.eye_distance_px / 60.0)
        sharp = min(1.0, self.sharpness / 0.17)
        turned = (1.0 - abs(self.yaw)) * (1.0 - abs(self.pitch))
        return max(0.01, sharp * turned * math.sqrt(1.0 - self.occlusion) * (0.5 + 0.5 * size))


class QualityLimits(BaseModel):
    """What a face must keep to; the defaults are those of a decision, `for_enrolment` is stricter.

    97 % and more of LFW's faces keep the defaults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_eye_distance_px: float = 18.0
    min_height_px: float = 48.0
    min_sharpness: float = 0.09
    max_yaw: float = 0.45
    max_pitch: float = 0.35
    max_roll_deg: float = 35.0
    min_brightness: float = 40.0
    max_brightness: float = 220.0
    max_dark_share: float = 0.35
    max_bright_share: float = 0.15
    min_contrast: float = 10.0
    max_occlusion: float = 0.8
    max_cut_off: float = 0.1

    @classmethod
    def for_enrolment(cls) -> "QualityLimits":
        """The limits of a picture that all later ones are compared with."""
        return cls(
            min_eye_distance_px=30.0,
            min_height_px=70.0,
            min_sharpness=0.105,
            max_yaw=0.3,
            max_pitch=0.27,
            max_roll_deg=20.0,
            min_brightness=50.0,
            max_brightness=205.0,
            max_dark_share=0.25,
            max_bright_share=0.08,
            min_contrast=15.0,
            max_occlusion=0.72,
            max_cut_off=0.02,
        )


def measure_quality(observation: FaceObservation) -> FaceQuality:
    """All measures of one observed face."""
    landmarks = observation.landmarks
    chip = align_face(observation.image, landmarks, ARCFACE_112)
    grey = cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY).astype(np.float32)
    face = grey[_FACE]
    contrast = float(face.std())
    return FaceQuality(
        eye_distance_px=eye_distance_px(landmarks),
        height_px=float(observation.xyxy[3] - observation.xyxy[1]),
        sharpness=_sharpness(face, contrast),
        yaw=head_yaw(landmarks),
        pitch=head_pitch(landmarks),
        roll_deg=head_roll_deg(landmarks),
        brightness=float(face.mean()),
        contrast=contrast,
        dark_share=float((face < _DARK).mean()),
        bright_share=float((face > _BRIGHT).mean()),
        occlusion=max(_missing_detail(grey, contrast), _strange_colour(chip)),
        cut_off=_cut_off(observation.xyxy, observation.image),
    )


def quality_reasons(quality: FaceQuality, limits: QualityLimits) -> tuple[str, ...]:
    """Why the face must not be used, in stable words; empty when it may be."""
    faults = {
        "too_small": quality.eye_distance_px < limits.min_eye_distance_px or quality.height_px < limits.min_height_px,
        "blurred": quality.sharpness < limits.min_sharpness,
        "turned": abs(quality.yaw) > limits.max_yaw
        or abs(quality.pitch) > limits.max_pitch
        or abs(quality.roll_deg) > limits.max_roll_deg,
        "too_dark": quality.brightness < limits.min_brightness or quality.dark_share > limits.max_dark_share,
        "too_bright": quality.brightness > limits.max_brightness or quality.bright_share > limits.max_bright_share,
        "low_contrast": quality.contrast < limits.min_contrast,
        "occluded": quality.occlusion > limits.max_occlusion,
        "cut_off": quality.cut_off > limits.max_cut_off,
    }
    return tuple(word for word, at_fault in faults.items() if at_fault)


def _sharpness(face: FloatArray, contrast: float) -> float:
    # Smoothed first: the second derivative of sensor noise would pass for sharpness.
    smooth = cv2.GaussianBlur(face, (0, 0), 1.0)
    return float(cv2.Laplacian(smooth, cv2.CV_32F).std()) / max(contrast, _LEAST_CONTRAST)


def _missing_detail(grey: FloatArray, contrast: float) -> float:
    """0..1: how far the plainest of eyes and mouth falls behind a usual one in vertical gradients."""
    gradients = np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)) / max(contrast, _LEAST_CONTRAST)
    plainest = min(float(gradients[feature].mean()) for feature in _FEATURES)
    return float(np.clip(1.0 - plainest / _USUAL_DETAIL, 0.0, 1.0))


def _strange_colour(chip: Image) -> float:
    """0..1: how far the colour of mouth and chin lies from the cheeks', brightness aside."""
    colours: NDArray[np.uint8] = cv2.cvtColor(chip, cv2.COLOR_BGR2LAB)[..., 1:]
    cheeks = np.concatenate([colours[cheek].reshape(-1, 2) for cheek in _CHEEKS])
    below = colours[_MOUTH_AND_CHIN].reshape(-1, 2)
    distance = float(np.linalg.norm(np.median(below, axis=0) - np.median(cheeks, axis=0)))
    return min(1.0, distance / _FARTHEST_COLOUR)


def _cut_off(xyxy: FloatArray, image: Image) -> float:
    height, width = image.shape[:2]
    x0, y0, x1, y1 = (float(value) for value in xyxy)
    inside = max(0.0, min(x1, width) - max(x0, 0.0)) * max(0.0, min(y1, height) - max(y0, 0.0))
    area = (x1 - x0) * (y1 - y0)
    return 1.0 - inside / area if area > 0 else 1.0
