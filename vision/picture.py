"""Uploaded bytes to pixels: what is no whole JPEG, PNG or WebP picture of a fair size is refused with the cause."""

import io
import struct
import zlib

import cv2
import numpy as np
import PIL.Image
import PIL.ImageOps

from vision.errors import ImageTooLarge, NotAnImage
from vision.types import Image

FORMATS = ("JPEG", "PNG", "WEBP")
# What Pillow raises on damaged files, beside OSError: its parsers trust lengths and offsets inside the file.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)


def decode_picture(data: bytes, max_pixels: int) -> Image:
    """The first picture in `data`, upright as its EXIF orientation says: (H, W, 3) uint8 BGR.

    The size is read from the header; nothing larger is decoded. Transparency is dropped.

    Args:
        data: a whole JPEG, PNG or WebP file.
        max_pixels: width times height at most.

    Raises:
        NotAnImage: another format, damaged, or cut short.
        ImageTooLarge: more pixels than `max_pixels`.
    """
    try:
        with PIL.Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_size(picture, max_pixels)
            return _pixels(picture)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        # Pillow's own limit, which speaks before `_check_size` can.
        raise ImageTooLarge(f"wanted at most {max_pixels} pixels, got far more") from error
    except PIL.UnidentifiedImageError as error:
        raise NotAnImage(f"wanted a JPEG, PNG or WebP picture, got {len(data)} bytes of something else") from error
    except _DAMAGE as error:
        raise NotAnImage(f"wanted a whole picture, got a damaged one: {error}") from error


def _check_size(picture: PIL.Image.Image, max_pixels: int) -> None:
    width, height = picture.size
    if width * height > max_pixels:
        raise ImageTooLarge(f"wanted at most {max_pixels} pixels, got {width}x{height}")


def _pixels(picture: PIL.Image.Image) -> Image:
    if picture.mode[0] in "IF":
        raise NotAnImage(f"wanted 8 bits a channel, got a picture of mode {picture.mode}")
    PIL.ImageOps.exif_transpose(picture, in_place=True)
    # A palette's transparent entries go by way of RGBA; straight to RGB, Pillow warns and guesses.
    opaque = picture.convert("RGBA") if "transparency" in picture.info else picture
    bgr: Image = cv2.cvtColor(np.asarray(opaque.convert("RGB")), cv2.COLOR_RGB2BGR)
    return bgr
