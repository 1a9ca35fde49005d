"""What a plate can say and what kinds there are: the order of both is the order of the networks' outputs.

Source: GA 36-2018 (motor vehicle number plates of China) for the Chinese characters and kinds.
"""

from typing import Literal, get_args

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
"""The first characters of civil plates, in the administrative order of GB/T 2260."""
MARKS = "警学挂港澳领使民航"
"""Characters that name a use: police, learner, trailer, Hong Kong, Macau, consulate, embassy, civil aviation."""
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

ALPHABET = DIGITS + LETTERS + PROVINCES + MARKS
"""Class i of a reader is ALPHABET[i - 1]; class 0 says that the slot is empty."""

PlateKind = Literal[
    "blue",
    "yellow",
    "yellow_double",
    "green",
    "green_large",
    "police",
    "armed_police",
    "armed_police_double",
    "embassy",
    "consulate",
    "hk_macau",
    "learner",
    "trailer",
    "agricultural",
    "agricultural_double",
    "civil_aviation",
    "latin",
    "latin_double",
]
"""Colour, use and lines; `latin` is every plate without Chinese characters, `green` the small new-energy plate."""

KINDS: tuple[PlateKind, ...] = get_args(PlateKind)
"""Class i of a reader's kind is KINDS[i - 1]; class 0 says: no plate, or not the whole of one."""
