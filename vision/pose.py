"""Where a head points, from five landmarks alone: rough measures, good enough to sort frames and to see a turn.

The measures are taken in the face's own axes (along the eyes and across), so that a tilted head reads like an upright
one. They need no camera model, and they are not degrees: how far a nose stands out differs from person to person.
"""

import math

import numpy as np

from vision.types import FloatArray

FRONTAL_NOSE_HEIGHT = 0.54
"""The nose's tip on the way from the eyes (0) to the mouth (1) in a frontal face: median of 1,583 LFW pictures."""
_SMALLEST_PX = 1e-3


def head_yaw(landmarks: FloatArray) -> float:
    """How far the nose stands beside the face's middle, in eye distances: -1..1, 0 straight ahead.

    Positive: the face is turned to the picture's right, which is the person's own left as long as the camera
    does not mirror. 0.3 is a turn of about 30 degrees.

    A flat print keeps its reading when it is moved, tilted or turned, because the four outer landmarks move as the nose
    does; a real nose stands out of their plane and moves against them.

    Args:
        landmarks: (5, 2) pixels: left eye, right eye, nose, left and right corner of the mouth.
    """
    points = _in_face_axes(landmarks)
    middle = points[[0, 1, 3, 4], 0].mean()
    return float(np.clip(points[2, 0] - middle, -1.0, 1.0))


def head_pitch(landmarks: FloatArray) -> float:
    """How much nearer to the eyes the nose lies than in a frontal face, as a share of the way to the mouth.

    -1..1; positive: the face looks up, negative: down. People differ by about 0.1 from each other.

    Args:
        landmarks: (5, 2) pixels: left eye, right eye, nose, left and right corner of the mouth.
    """
    points = _in_face_axes(landmarks)
    to_mouth = points[3:, 1].mean()
    if abs(to_mouth) < _SMALLEST_PX:
        return -1.0
    return float(np.clip(FRONTAL_NOSE_HEIGHT - points[2, 1] / to_mouth, -1.0, 1.0))


def head_roll_deg(landmarks: FloatArray) -> float:
    """The angle of the line through the eyes: -180..180 degrees, positive where the picture's right eye is lower.

    Args:
        landmarks: (5, 2) pixels: left eye, right eye, nose, left and right corner of the mouth.
    """
    along = landmarks[1] - landmarks[0]
    return math.degrees(math.atan2(along[1], along[0]))


def eye_distance_px(landmarks: FloatArray) -> float:
    """Pixels between the eyes of (5, 2) landmarks."""
    return float(np.linalg.norm(landmarks[1] - landmarks[0]))


def _in_face_axes(landmarks: FloatArray) -> FloatArray:
    """(5, 2): x along the eyes, y across and down, in eye distances from the middle between the eyes."""
    along = landmarks[1] - landmarks[0]
    length = max(float(np.linalg.norm(along)), _SMALLEST_PX)
    along = along / length
    across = np.array([-along[1], along[0]], np.float32)
    axes = np.stack([along, across], axis=1)
    points: FloatArray = (landmarks - landmarks[:2].mean(axis=0)) @ axes / length
    return points
