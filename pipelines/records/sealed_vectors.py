"""Embeddings in and out of their sealed form: little-endian float32 under the subject's data key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from pipelines.records.tables import DataKeyRow, TemplateRow
from pipelines.records.values import Template
from pipelines.records.vault import Sealer, Vault
from vision.types import Embedding, FloatArray

FLOAT = np.dtype("<f4")


@dataclass(frozen=True, slots=True, eq=False)
class VectorBatch:
    """Templates of one model as an index takes them.

    Attributes:
        ids: (N,) int64, ascending.
        subject_ids: whose each one is.
        vectors: (N, D) float32.
    """

    ids: NDArray[np.int64]
    subject_ids: tuple[str, ...]
    vectors: FloatArray


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


def select_vectors() -> Select[int, str, bytes, bytes]:
    """A selection of what `Opener.batch` wants to see: no more than an index needs, for it reads them all."""
    return select(TemplateRow.seq, TemplateRow.subject_id, TemplateRow.vector, DataKeyRow.wrapped).join(
        DataKeyRow, DataKeyRow.subject_id == TemplateRow.subject_id
    )


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
            opened = self._open(seq, subject_id, sealed, wrapped)
            vector = np.frombuffer(opened, dtype=FLOAT).astype(np.float32, copy=False)
            yield Template(seq, subject_id, gallery_id, Embedding(vector, model_id), quality, created_at)

    def batch(self, rows: Sequence[Row[int, str, bytes, bytes]]) -> VectorBatch:
        """The vectors of these rows, one or more, in their order.

        Raises:
            SealBroken: a vector that was changed, or moved from another template.
        """
        opened = b"".join(self._open(*row) for row in rows)
        vectors = np.frombuffer(opened, dtype=FLOAT).astype(np.float32, copy=False).reshape(len(rows), -1)
        return VectorBatch(
            np.array([row.seq for row in rows], np.int64), tuple(row.subject_id for row in rows), vectors
        )

    def _open(self, seq: int, subject_id: str, sealed: bytes, wrapped: bytes) -> bytes:
        key = self._keys.get(subject_id)
        if key is None:
            key = self._keys[subject_id] = self._vault.data_key(subject_id, wrapped)
        return key.open(sealed, _context(seq))


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
