"""Pictures and the fields beside them, from a multipart form, a plain form or JSON."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from api.keyed_route import media_type
from api.problems import INVALID_REQUEST, WRONG_MEDIA_TYPE, Problem
from vision.picture import decode_picture
from vision.types import Image

M = TypeVar("M", bound=BaseModel)
Fields_co = TypeVar("Fields_co", bound=BaseModel, covariant=True)

# Some clients do not say what a file is; the bytes do.
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp", "application/octet-stream", "")
MAX_FIELDS = 20
_PICTURE = {"type": "string", "contentMediaType": "image/jpeg", "format": "binary"}


@dataclass(frozen=True, slots=True)
class Submission(Generic[Fields_co]):
    """What came in.

    Attributes:
        fields: checked.
        pictures: the files of field `image`, in their order, not decoded yet.
    """

    fields: Fields_co
    pictures: tuple[bytes, ...]

    def images(self, max_pixels: int) -> list[Image]:
        """The pictures, decoded and upright.

        Raises:
            NotAnImage, ImageTooLarge: one cannot be used.
        """
        return [decode_picture(picture, max_pixels) for picture in self.pictures]

    def one_image(self, max_pixels: int) -> Image:
        """The only picture, decoded and upright.

        Raises:
            Problem: 422, there is none, or more than one.
            NotAnImage, ImageTooLarge: it cannot be used.
        """
        if len(self.pictures) != 1:
            raise Problem(INVALID_REQUEST, f"image: wanted one part, got {len(self.pictures)}")
        return decode_picture(self.pictures[0], max_pixels)


class _MemoryParser(MultiPartParser):
    # A face or a plate must not be written to a temporary file; `BodyLimit` bounds what comes in.
    spool_max_size = sys.maxsize


def submission_of(model: type[M], max_pictures: int) -> Callable[[Request], Awaitable[Submission[M]]]:
    """A dependency that reads `model` and up to `max_pictures` pictures."""

    async def read(request: Request) -> Submission[M]:
        fields, pictures = await _parts(request, max_pictures)
        try:
            return Submission(model.model_validate(fields), pictures)
        except ValidationError as error:
            faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
            raise RequestValidationError(faults) from error

    return read


def submission_body(model: type[BaseModel], max_pictures: int) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes such a submission."""
    schema = model.model_json_schema()
    images = {
        "type": "array",
        "items": _PICTURE,
        "minItems": 0,
        "maxItems": max_pictures,
        "description": "JPEG, PNG or WebP, one part for each picture",
    }
    content = {"multipart/form-data": _multipart(schema, images), "application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


def picture_body() -> dict[str, Any]:
    """The `openapi_extra` of a route that takes one picture and nothing else."""
    image = {**_PICTURE, "description": "JPEG, PNG or WebP"}
    schema = {"type": "object", "additionalProperties": False, "required": ["image"], "properties": {}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": _multipart(schema, image)}}}


def _multipart(schema: dict[str, Any], image: dict[str, Any]) -> dict[str, Any]:
    with_image = {**schema, "properties": {**schema["properties"], "image": image}}
    return {"schema": with_image, "encoding": {"image": {"contentType": "image/jpeg, image/png, image/webp"}}}


async def _parts(request: Request, max_pictures: int) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """The fields by name, and the files of field `image`."""
    if media_type(request) == "application/json":
        return await _json_object(request), ()
    form = await _form(request, max_pictures)
    try:
        items = form.multi_items()
        pictures = [value for name, value in items if name == "image" and isinstance(value, UploadFile)]
        fields = {name: value for name, value in items if value not in pictures}
        return fields, tuple([await _picture(file) for file in pictures])
    finally:
        await form.close()


async def _form(request: Request, max_pictures: int) -> FormData:
    kind = media_type(request)
    async with aclosing(request.stream()) as stream:
        parser: MultiPartParser | FormParser
        if kind == "multipart/form-data":
            parser = _MemoryParser(request.headers, stream, max_files=max_pictures, max_fields=MAX_FIELDS)
        elif kind == "application/x-www-form-urlencoded":
            parser = FormParser(request.headers, stream, max_fields=MAX_FIELDS)
        else:
            raise Problem(WRONG_MEDIA_TYPE, "wanted multipart/form-data, a form or application/json")
        try:
            return await parser.parse()
        except MultiPartException as error:
            raise Problem(INVALID_REQUEST, f"body: {error.message}") from error


async def _json_object(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, RecursionError) as error:
        raise Problem(INVALID_REQUEST, "body: wanted JSON") from error
    if not isinstance(body, dict):
        raise Problem(INVALID_REQUEST, "body: wanted an object")
    return body


async def _picture(file: UploadFile) -> bytes:
    kind = (file.content_type or "").partition(";")[0].strip().lower()
    if kind not in PICTURE_TYPES:
        raise Problem(WRONG_MEDIA_TYPE, f"image: wanted image/jpeg, image/png or image/webp, got {kind}")
    return await file.read()
