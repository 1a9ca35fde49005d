"""The networks that make faces and plates illegible, where this process has them."""

from api.problems import UNAVAILABLE, Problem
from api.site import Site
from pipelines.services.redaction import RedactedJpeg
from vision.types import Image


def redacted(site: Site, image: Image) -> RedactedJpeg:
    """The picture as it may be kept; takes one of the slots for pictures.

    Raises:
        Problem: 503, a network for it is missing here, or all slots are taken.
    """
    redactor = site.assembly.cases.redactor
    if redactor is None:
        raise Problem(
            UNAVAILABLE,
            "no plate networks serve here, so plates cannot be made illegible and no picture is kept: "
            "wanted CITYGATE_PLATE_DETECTOR and _PLATE_READER, or CITYGATE_EVIDENCE_BLUR without plates",
        )
    with site.slots.one():
        return redactor.jpeg(image)
