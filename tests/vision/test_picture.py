"""Uploads: formats, sizes, orientation and damage."""

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.errors import ImageTooLarge, NotAnImage
from vision.picture import decode_picture

LIMIT = 1_000_000


def encoded(picture: PIL.Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def red_beside_blue(width: int = 64, height: int = 32) -> PIL.Image.Image:
    """The left half red, the right half blue."""
    picture = PIL.Image.new("RGB", (width, height), (255, 0, 0))
    picture.paste((0, 0, 255), (width // 2, 0, width, height))
    return picture


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pixels_come_back_as_bgr(form: str) -> None:
    image = decode_picture(encoded(red_beside_blue(), form), LIMIT)
    assert (image.shape, image.dtype) == ((32, 64, 3), np.uint8)
    assert image[16, 8].tolist() == pytest.approx([0, 0, 255], abs=6)
    assert image[16, 56].tolist() == pytest.approx([255, 0, 0], abs=6)


def test_exif_orientation_is_applied() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90 degrees: the left half comes to lie on top
    image = decode_picture(encoded(red_beside_blue(), "JPEG", exif=exif, quality=95), LIMIT)
    assert image.shape == (64, 32, 3)
    assert image[8, 16].tolist() == pytest.approx([0, 0, 255], abs=6)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1"])
def test_other_modes_of_png_become_bgr(mode: str) -> None:
    assert decode_picture(encoded(red_beside_blue().convert(mode), "PNG"), LIMIT).shape == (32, 64, 3)


def test_a_palette_with_transparency_is_decoded_without_a_warning() -> None:
    data = encoded(red_beside_blue().convert("P"), "PNG", transparency=bytes([0, 128]))
    assert decode_picture(data, LIMIT).shape == (32, 64, 3)


def test_cmyk_becomes_bgr() -> None:
    assert decode_picture(encoded(red_beside_blue().convert("CMYK"), "JPEG"), LIMIT).shape == (32, 64, 3)


def test_sixteen_bits_a_channel_are_refused() -> None:
    picture = PIL.Image.fromarray(np.full((8, 8), 40_000, np.uint16))
    with pytest.raises(NotAnImage, match="8 bits"):
        decode_picture(encoded(picture, "PNG"), LIMIT)


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"])
def test_other_bytes_are_no_picture(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        decode_picture(data, LIMIT)


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF"])
def test_other_formats_are_no_picture(form: str) -> None:
    with pytest.raises(NotAnImage, match="JPEG, PNG or WebP"):
        decode_picture(encoded(red_beside_blue(), form), LIMIT)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_picture_cut_short_is_refused(form: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = encoded(PIL.Image.fromarray(noise), form)
    with pytest.raises(NotAnImage):
        decode_picture(data[: int(len(data) * share)], LIMIT)


def test_the_limit_itself_is_allowed_and_one_row_more_is_not() -> None:
    assert decode_picture(encoded(PIL.Image.new("RGB", (100, 100)), "PNG"), 10_000).shape == (100, 100, 3)
    with pytest.raises(ImageTooLarge, match="got 100x101"):
        decode_picture(encoded(PIL.Image.new("RGB", (100, 101)), "PNG"), 10_000)


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_huge_png_is_refused_by_its_header_alone(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(ImageTooLarge):
        decode_picture(data + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")), 24_000_000)


@settings(max_examples=150, deadline=None)
@given(form=st.sampled_from(["JPEG", "PNG", "WEBP"]), place=st.floats(0, 0.999), byte=st.integers(0, 255))
def test_a_damaged_picture_is_decoded_or_refused_but_breaks_nothing(form: str, place: float, byte: int) -> None:
    data = bytearray(encoded(red_beside_blue(), form))
    data[int(place * len(data))] = byte
    try:
        image = decode_picture(bytes(data), LIMIT)
    except (NotAnImage, ImageTooLarge):
        return
    assert image.ndim == 3
