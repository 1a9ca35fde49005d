"""Orders over HTTP, against a controller on this machine."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines.services.barrier import OpenCommand
from pipelines.services.barrier_http import HttpOutlet
from tests.fakes import NOW

ORDER = OpenCommand("dec_1", "north", NOW + timedelta(seconds=5))
ACKNOWLEDGED = b'{"decision_id": "dec_1"}'


class Controller(ThreadingHTTPServer):
    """Answers as it is told to, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], dict[str, object]]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = answering(200, ACKNOWLEDGED)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/open"


class _Handler(BaseHTTPRequestHandler):
    server: Controller

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), json.loads(body)))
        self.server.answer(self)

    def log_message(self, *arguments: object) -> None:
        """Silence."""


def answering(status: int, body: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def controller() -> Iterator[Controller]:
    """A controller that acknowledges, until told otherwise."""
    server = Controller()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def outlet(controller: Controller) -> Iterator[HttpOutlet]:
    """The way to it."""
    outlet = HttpOutlet(controller.url, "s3cret")
    yield outlet
    outlet.close()


def test_an_acknowledged_order_opens(controller: Controller, outlet: HttpOutlet) -> None:
    assert outlet.open(ORDER, 2.0) == "opened"
    ((path, headers, body),) = controller.asked
    assert (path, headers["Authorization"]) == ("/open", "Bearer s3cret")
    assert headers["Content-Type"] == "application/json"
    assert (body["decision_id"], body["gate"]) == ("dec_1", "north")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"decision_id": "dec_0"}'),
        (200, b'{"decision_id": "dec_1", "opened": false}'),
        (200, b"opened"),
        (204, b""),
        (403, ACKNOWLEDGED),
        (500, ACKNOWLEDGED),
        (200, b" " * 100_000 + ACKNOWLEDGED),
    ],
)
def test_everything_but_an_acknowledgement_is_refused(
    controller: Controller, outlet: HttpOutlet, status: int, body: bytes
) -> None:
    controller.answer = answering(status, body)
    assert outlet.open(ORDER, 2.0) == "refused"


def test_a_redirect_is_not_followed(controller: Controller, outlet: HttpOutlet) -> None:
    controller.answer = answering(307, ACKNOWLEDGED, Location="/elsewhere")
    assert outlet.open(ORDER, 2.0) == "refused"
    assert len(controller.asked) == 1


def test_a_silent_controller_is_given_up_in_time(controller: Controller, outlet: HttpOutlet) -> None:
    controller.answer = lambda _: time.sleep(0.6)
    begun = time.monotonic()
    assert outlet.open(ORDER, 0.2) == "timed_out"
    assert time.monotonic() - begun < 0.5


def test_a_controller_that_drips_its_answer_is_given_up_in_time(controller: Controller, outlet: HttpOutlet) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        for _ in range(8):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    controller.answer = drip
    begun = time.monotonic()
    assert outlet.open(ORDER, 0.25) == "timed_out"
    assert time.monotonic() - begun < 0.6


def test_nobody_there_is_timed_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outlet = HttpOutlet(f"http://127.0.0.1:{taken.getsockname()[1]}/")
        assert outlet.open(ORDER, 0.5) == "timed_out"
        outlet.close()
