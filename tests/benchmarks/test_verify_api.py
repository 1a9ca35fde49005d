"""Counting what an API answers, filling an installation, and the real API once."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.options import BenchOptions, silently
from benchmarks.samples import portrait_pair
from benchmarks.verify_api import WARM_UPS, run, verify
from benchmarks.verify_site import GALLERY, Site, add_strangers, look_up, make_site
from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import fake_lane, portrait
from vision.errors import ConfigurationError, NoFace
from vision.picture import decode_picture

SITE = Site(secret="cg_test", subject_id="sub_1")


class Answers(BaseHTTPRequestHandler):
    """Answers with a decision, every fifth time with a problem."""

    protocol_version = "HTTP/1.1"
    seen = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen += 1
        failed = type(self).seen % 5 == 0
        answer = {"type": "/problems/busy"} if failed else {"decision": "accepted", "reason": "match"}
        body = json.dumps(answer).encode()
        self.send_response(503 if failed else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Nothing on the terminal."""


@pytest.fixture
def api_url() -> Iterator[str]:
    Answers.seen = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_answers_are_counted_by_decision_and_by_error(api_url: str) -> None:
    requests = verify(api_url, SITE, b"picture", 20, silently)
    assert Answers.seen == 20 + WARM_UPS
    assert requests.errors == 4  # the 15th, 20th, 25th and 30th; the first ten are warm-ups
    assert len(requests.seconds) == 16
    assert requests.words == {"accepted: match": 16, "503 /problems/busy": 4}


def test_an_api_that_is_gone_is_an_error_of_every_request() -> None:
    requests = verify("http://127.0.0.1:9", SITE, b"picture", 3, silently)
    assert (requests.errors, requests.seconds) == (3, [])


def test_the_samples_are_two_pictures_of_the_size_that_is_promised() -> None:
    first, second = (decode_picture(picture, 10**7) for picture in portrait_pair())
    assert first.shape == second.shape == (720, 1280, 3)
    assert not np.array_equal(first, second)


def test_an_installation_holds_the_person_and_the_strangers(tmp_path: Path) -> None:
    settings = Settings.model_construct(home=tmp_path)
    lane = fake_lane()
    with closing(Store.open(settings)) as store:
        site = make_site(store, lane, portrait(1))
        like = lane.embed(lane.observe(portrait(1))[0])
        add_strangers(store, like, 3, 0, silently)
        lookups = look_up(store, like, site.subject_id, settings, 0)
        assert store.templates.count(GALLERY) == 4
        assert len(store.templates.of_subject(site.subject_id, GALLERY)) == 1
    assert len(lookups.identify_s) == len(lookups.claimed_s) > 0


def test_a_first_picture_without_a_face_is_refused(tmp_path: Path) -> None:
    with closing(Store.open(Settings.model_construct(home=tmp_path))) as store, pytest.raises(NoFace):
        make_site(store, fake_lane(), portrait(1, faces=0))


def test_one_picture_is_not_two(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    cv2.imwrite(str(picture), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(ConfigurationError, match="two pictures or none, got 1"):
        run(BenchOptions("bench", tmp_path), pictures=[picture])
    with pytest.raises(ConfigurationError, match=r"not there: .*gone\.jpg"):
        run(BenchOptions("bench", tmp_path), pictures=[picture, tmp_path / "gone.jpg"])


def test_the_real_api_decides_without_an_error(tmp_path: Path) -> None:
    result = run(BenchOptions("bench", tmp_path, limit=3), enrolments=2)
    assert result.n == 3
    wanted = {
        "ms_p50",
        "ms_p99",
        "rss_mb",
        "rss_rest_mb",
        "errors",
        "ready_s",
        "identified_s",
        "lookup_identify_ms_p50",
    }
    assert wanted <= set(result.metrics)
    assert result.metrics["errors"] == 0, result.conditions["answers"]
    assert result.conditions["enrolments"] == 3
    assert result.metrics["identified_s"] > result.metrics["ready_s"]
