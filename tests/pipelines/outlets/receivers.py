"""Receivers on this machine: real HTTP servers that answer as they are told to, and the times they were asked."""

import base64
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

from pipelines.events import Event, EventKind, event_id
from pipelines.outlets.reach import Reach
from pipelines.records.outlet_values import Outlet, Progress, Target, Wanted
from pipelines.records.store import Store
from tests.fakes import NOW

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OWN_MACHINE = Reach((ip_network("127.0.0.0/8"),))


@dataclass
class Heard:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers.get("webhook-id", "")

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    def signed_by(self, secret: str) -> bool:
        """Whether one of the signatures is of this secret, computed as the convention writes it."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{self.id}.{self.headers['webhook-timestamp']}.{self.body.decode()}".encode()
        wanted = "v1," + base64.b64encode(hmac.new(key, content, "sha256").digest()).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


@dataclass
class Answering:
    """How a receiver answers; `delay_s` before it does."""

    status: Callable[[Heard], int] = lambda heard: 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0.0


class Receiver(ThreadingHTTPServer):
    """Keeps what it was sent; `taken` holds the ids it answered 2xx for."""

    daemon_threads = True

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.heard: list[Heard] = []
        self.taken: list[str] = []
        self.answering = Answering()
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def handle_error(self, *arguments: object) -> None:
        """Stay quiet: a sender may hang up when it likes."""

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        heard = Heard(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.server.heard.append(heard)
        answering = self.server.answering
        time.sleep(answering.delay_s)
        status = answering.status(heard)
        if 200 <= status < 300:
            self.server.taken.append(heard.id)
        self.send_response(status)
        for name, value in answering.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answering.body)))
        self.end_headers()
        self.wfile.write(answering.body)

    def log_message(self, *arguments: object) -> None:
        """Stay quiet."""


def webhook(url: str, outlet_id: str = "whk_1", wanted: Wanted | None = None, key_id: str | None = None) -> Outlet:
    """A webhook to this address, of every purpose."""
    target = Target(url, (SECRET,))
    rights = wanted or Wanted(("*",))
    return Outlet(outlet_id, "webhook", "test", rights, "test", NOW, Progress(0), target, key_id)


def event(number: int, kind: EventKind = "face.decision", **fields: Any) -> Event:
    """The event of one decision."""
    return Event(event_id=event_id(None, f"dec_{number}", kind), kind=kind, occurred_at=NOW, **fields)


def append(store: Store, *numbers: int, **fields: Any) -> list[str]:
    """Store events; their ids."""
    return [store.events.append(event(number, **fields)).event.event_id for number in numbers]
