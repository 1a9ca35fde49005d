"""A plate's text as it is compared: capitals without separators, exactly as a reader reads it."""

import unicodedata

from vision.errors import BadInput
from vision.plate_alphabet import ALPHABET

MAX_CHARACTERS = 12

_SEPARATORS = frozenset(" -.·•:_/")


def normalised(text: str) -> str:
    """The text in capitals, without separators and accents: `粤B·12345` is `粤B12345`, `mü-ab 12` is `MUAB12`.

    Nothing is corrected: an O stays an O and a 0 a 0.

    Raises:
        BadInput: no characters, more than 12, or some that are on no plate. The text is not quoted.
    """
    plain = unicodedata.normalize("NFKD", text).upper()
    kept = "".join(one for one in plain if one not in _SEPARATORS and not unicodedata.combining(one))
    if not 1 <= len(kept) <= MAX_CHARACTERS:
        raise BadInput(f"plate: wanted 1 to {MAX_CHARACTERS} characters, got {len(kept)}")
    strange = sum(one not in ALPHABET for one in kept)
    if strange:
        raise BadInput(f"plate: wanted digits, capitals and the characters of plates, got {strange} others")
    return kept
