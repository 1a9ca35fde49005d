"""Galleries are built at the start and tended by a thread that survives whatever breaks."""

import logging
import threading

import pytest

from pipelines.gallery import tender as module
from pipelines.gallery.tender import Tender


class FakeGalleries:
    """Notes what is asked; tending breaks the first time."""

    def __init__(self) -> None:
        self.built: list[tuple[str, str]] = []
        self.tended = 0
        self.twice = threading.Event()

    def count(self, gallery_id: str, model_id: str) -> int:
        self.built.append((gallery_id, model_id))
        return 0

    def tend(self) -> int:
        self.tended += 1
        if self.tended == 1:
            raise RuntimeError("disk full")
        self.twice.set()
        return 0


def test_what_is_wanted_is_built_and_tending_goes_on_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "INTERVAL_S", 0.001)
    galleries = FakeGalleries()
    tender = Tender(galleries, [("staff", "fake-v1"), ("visitors", "fake-v1")])
    tender.start()
    assert galleries.twice.wait(5)
    tender.close()
    assert galleries.built == [("staff", "fake-v1"), ("visitors", "fake-v1")]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_tender_that_was_never_started_can_be_closed() -> None:
    Tender(FakeGalleries(), []).close()
