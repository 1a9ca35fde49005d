"""The API's description of itself."""

from typing import Any

from fastapi import FastAPI

from api.problems import ProblemBody

DESCRIPTION = """
Gates that verify and identify faces, cameras that read plates, parking lots that know who may pass, street incidents
with their cases, and everything around them.

- `Authorization: Bearer KEY`; a key has scopes and purposes, and sees nothing of other purposes.
- Pictures are multipart parts named `image`: JPEG, PNG or WebP, turned as their EXIF says.
- Every error is `application/problem+json` (RFC 9457); its `type` is stable.
- Lists come in parts: pass `next` as `cursor`.
- Plates are personal data: parking shows them in full only to keys with `parking:plates`.
- Street cases keep pictures only with faces and plates illegible, unless the installation says otherwise.
- A POST with an `Idempotency-Key` may be repeated: it is carried out once.
""".strip()


class DescribedApi(FastAPI):
    """Also describes the problem that the error answers of all routes refer to."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI description."""
        schema = super().openapi()
        schema["components"]["schemas"].setdefault("ProblemBody", ProblemBody.model_json_schema())
        return schema
