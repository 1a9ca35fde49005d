"""Embeddings in and out of their sealed form: little-endian float32 under the subject's data key."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from pipelines.records.tables import DataKeyRow, TemplateRow
from pipelines.records.values import Template
from pipelines.records.vault import Sealer, Vault
from vision.types import Embedding

FLOAT = np.dtype("<f4")


def select_sealed() -> Select[int, str, str, str, bytes, float, datetime, bytes]:
    """A selection of what `Opener` wants to see, the subject's wrapped key at the end."""
    return select(
        TemplateRow.seq,
        TemplateRow.subject_id,
        TemplateRow.gallery_id,
        TemplateRow.model_id,
        TemplateRow.vector,
        TemplateRow.quality,
        TemplateRow.created_at,
        DataKeyRow.wrapped,
    ).join(DataKeyRow, DataKeyRow.subject_id == TemplateRow.subject_id)


class Opener:
    """Opens templates and unwraps the key of each subject once."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._keys: dict[str, Sealer] = {}

    def opened(self, rows: Iterable[Row[int, str, str, str, bytes, float, datetime, bytes]]) -> Iterator[Template]:
        """The templates of these rows, in their order.

        Raises:
            SealBroken: a vector that was changed, or moved from another template.
        """
        for seq, subject_id, gallery_id, model_id, sealed, quality, created_at, wrapped in rows:
            key = self._keys.get(subject_id)
            if key is None:
                key = self._keys[subject_id] = self._vault.data_key(subject_id, wrapped)
            vector = np.frombuffer(key.open(sealed, _context(seq)), dtype=FLOAT).astype(np.float32, copy=False)
            yield Template(seq, subject_id, gallery_id, Embedding(vector, model_id), quality, created_at)


def insert_sealed(session: Session, template: Template, key: Sealer) -> Template:
    """The template as it was stored, with its number; the vector is bound to that number."""
    row = TemplateRow(
        subject_id=template.subject_id,
        gallery_id=template.gallery_id,
        model_id=template.embedding.model_id,
        vector=b"",
        quality=template.quality,
        created_at=template.created_at,
    )
    session.add(row)
    session.flush()
    row.vector = key.seal(template.embedding.vector.astype(FLOAT).tobytes(), _context(row.seq))
    return replace(template, id=row.seq)


def _context(seq: int) -> str:
    return f"template/{seq}"
