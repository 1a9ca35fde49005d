"""Small drawn streets: paving with a structure, sensor noise, a bag, a walker."""

from datetime import datetime, timedelta

import cv2
import numpy as np

from tests.fakes import NOW
from vision.types import Image

WIDTH, HEIGHT = 320, 180
BAG = (150, 120, 174, 136)


def at(seconds: float) -> datetime:
    """So many seconds into the film."""
    return NOW + timedelta(seconds=seconds)


def street(light: float = 1.0) -> Image:
    """(180, 320, 3): paving stones of different grey, the same every time."""
    stones = np.random.default_rng(3).integers(90, 170, (9, 16)).astype(np.uint8)
    grey = cv2.GaussianBlur(cv2.resize(stones, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST), (0, 0), 0.8)
    return np.clip(cv2.merge([grey, grey, grey]).astype(np.float32) * light, 0, 255).astype(np.uint8)


def taken(picture: Image, number: int) -> Image:
    """The picture with the noise of frame `number`."""
    noise = np.random.default_rng(number).normal(0, 1.5, picture.shape)
    return np.clip(picture + noise, 0, 255).round().astype(np.uint8)


def with_bag(picture: Image) -> Image:
    """A dark bag on the paving."""
    drawn = picture.copy()
    x0, y0, x1, y1 = BAG
    cv2.rectangle(drawn, (x0, y0), (x1 - 1, y1 - 1), (30, 25, 40), -1)
    cv2.line(drawn, (x0 + 4, y0 + 5), (x1 - 5, y0 + 5), (90, 90, 120), 2)
    return drawn


def with_walker(picture: Image, x: float) -> Image:
    """Somebody of 20x60 whose left edge is at x."""
    drawn = picture.copy()
    cv2.rectangle(drawn, (round(x), 80), (round(x) + 19, 139), (200, 60, 30), -1)
    cv2.circle(drawn, (round(x) + 10, 74), 8, (120, 160, 210), -1)
    return drawn
