"""The names of what the street lane looks for; a detection's class_id is a place in this list."""

from typing import Literal, get_args

StreetClass = Literal[
    "person",
    "bicycle",
    "motorcycle",
    "car",
    "bus",
    "truck",
    "garbage",
    "garbage_bin",
    "overflow",
    "fire",
    "smoke",
    "pothole",
]
STREET_CLASSES: tuple[StreetClass, ...] = get_args(StreetClass)
VEHICLES: tuple[StreetClass, ...] = STREET_CLASSES[1:6]
"""Bicycle to truck: one thing in the street is only one of these."""
