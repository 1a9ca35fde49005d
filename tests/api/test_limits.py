"""How many requests a key may send."""

import pytest

from api.limits import RateLimit
from api.problems import Problem
from tests.api.conftest import Api


def test_a_bucket_empties_and_fills_up_again() -> None:
    now = 100.0
    rate = RateLimit(2, lambda: now)
    rate.take("a")
    rate.take("a")
    rate.take("b")  # every key has its own
    with pytest.raises(Problem) as refused:
        rate.take("a")
    # Two a minute: the next one comes after 30 s.
    assert refused.value.headers["Retry-After"] == "30"
    now += 30.0
    rate.take("a")
    with pytest.raises(Problem):
        rate.take("a")


def test_without_a_limit_nothing_is_refused() -> None:
    rate = RateLimit(None)
    for _ in range(1000):
        rate.take("a")


def test_too_many_requests_are_a_429_that_says_when_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app.state.site.rate, "_per_minute", 1)
    answers = [api.client.get("/v1/gates") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json()["type"] == "/problems/too-many-requests"
    assert int(answers[1].headers["Retry-After"]) == 60
