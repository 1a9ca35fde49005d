"""The thread that follows: woken by this process, finding what others did, and surviving whatever breaks."""

import logging
import threading

import pytest

from pipelines.gallery.follower import Follower
from pipelines.gallery.galleries import Galleries
from pipelines.records.store import Store
from tests.fakes import FakeEmbedder
from tests.pipelines.site import GALLERY, Site

MODEL = "fake-v1"
WAIT_S = 30.0


class HeardGalleries(Galleries):
    """Tells when it followed somewhere, and breaks when it is told to."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, 50_000)
        self.followed = threading.Semaphore(0)
        self.broken = False

    def follow(self, gallery_id: str, model_ids: list[str]) -> bool:
        try:
            if self.broken:
                raise OSError("the database is gone")
            return super().follow(gallery_id, model_ids)
        finally:
            self.followed.release()


def test_a_change_of_this_process_wakes_it_at_once(site: Site) -> None:
    galleries = HeardGalleries(site.store)
    assert galleries.count(GALLERY, MODEL) == 0
    follower = Follower(site.store, galleries, poll_s=3600.0)
    follower.start()
    assert galleries.followed.acquire(timeout=WAIT_S)
    site.enrolled(0)
    assert galleries.followed.acquire(timeout=WAIT_S)
    follower.close()
    assert galleries.count(GALLERY, MODEL) == 1


def test_changes_of_another_process_are_found_without_a_request(site: Site) -> None:
    other = Store.open(site.settings, site.clock)
    galleries = HeardGalleries(other)
    assert galleries.count(GALLERY, MODEL) == 0
    follower = Follower(other, galleries, poll_s=0.01)
    follower.start()
    site.enrolled(0)
    for _ in range(2):  # the first look may have begun before
        while galleries.followed.acquire(blocking=False):
            pass
        assert galleries.followed.acquire(timeout=WAIT_S)
    follower.close()
    (match,) = galleries.identify(GALLERY, FakeEmbedder(MODEL).embedding(0), 1)
    assert match.score == pytest.approx(1.0)
    other.close()


def test_it_goes_on_after_a_failure_that_is_counted_and_logged_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    galleries = HeardGalleries(site.store)
    assert galleries.count(GALLERY, MODEL) == 0
    galleries.broken = True
    follower = Follower(site.store, galleries, poll_s=0.001)
    follower.start()
    for _ in range(3):
        assert galleries.followed.acquire(timeout=WAIT_S)
    assert follower.failures >= 2
    galleries.broken = False
    while galleries.followed.acquire(blocking=False):
        pass
    for _ in range(3):
        assert galleries.followed.acquire(timeout=WAIT_S)
    assert follower.failures == 0
    follower.close()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_follower_that_was_never_started_can_be_closed(site: Site) -> None:
    Follower(site.store, site.galleries, poll_s=1.0).close()
