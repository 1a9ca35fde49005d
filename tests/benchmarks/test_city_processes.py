import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from benchmarks.city_day import Share
from benchmarks.city_plan import drawn_plan
from benchmarks.city_processes import MOST_AT_ONCE, Start, _offer_all
from pipelines.bus.bus import Letter
from pipelines.bus.relay import Relay
from vision.errors import NotTaken

PLAN = drawn_plan(Share(280_000, 8, 1), seed=3)


@dataclass
class FakeOutbox:
    """Refuses the post of this number."""

    refuses: int = -1
    posts: list[list[str]] = field(default_factory=list)

    def post(self, letters: Sequence[Letter]) -> None:
        self.posts.append([letter.id for letter in letters])
        if len(self.posts) - 1 == self.refuses:
            raise NotTaken("spool: wanted room, got none")


@dataclass
class FakeRelay:
    outbox: FakeOutbox


def offer(outbox: FakeOutbox) -> tuple[list[int], list[float]]:
    # Second 0 lies an hour back: everything is due.
    start = Start(time.monotonic() - 3_600, datetime.now(UTC))
    return _offer_all(cast(Relay, FakeRelay(outbox)), PLAN, start)


def test_what_is_due_together_is_one_post_of_five_hundred_at_most() -> None:
    outbox = FakeOutbox()
    refused, late_s = offer(outbox)
    travelling = len(PLAN.part(decisions=False)[1])
    # 1,200 records and 2 % of retries, without 2 % of decisions: three posts.
    assert [len(post) for post in outbox.posts] == [500, 500, travelling - 2 * MOST_AT_ONCE]
    assert refused == []
    assert len(late_s) == 3
    assert min(late_s) > 3_000


def test_a_post_that_is_refused_is_remembered_and_the_next_goes_on() -> None:
    outbox = FakeOutbox(refuses=1)
    refused, _ = offer(outbox)
    assert len(outbox.posts) == 3
    assert refused == PLAN.part(decisions=False)[1][500:1_000].tolist()
