"""Galleries, as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas.common import Answer, Request, Slug, UtcTime, Words


class GalleryIn(Request):
    """A set of faces to be searched, for one purpose."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "staff", "purpose": "building-access", "title": "Staff, house 3"}]}
    )

    id: Slug
    purpose: Slug
    title: Words
    expires_at: Annotated[UtcTime | None, Field(description="templates go by themselves then")] = None
    keep_photographs: Annotated[bool, Field(description="keep enrolment pictures, sealed")] = False


class GalleryOut(Answer):
    """A gallery."""

    id: str
    purpose: str
    title: str
    expires_at: datetime | None
    keep_photographs: bool
    created_at: datetime
