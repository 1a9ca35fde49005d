"""One webhook: events posted one after the other, each until the receiver says that it has it."""

import ssl
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

import httpx

from pipelines.outlets.reach import ForbiddenAddress, PinnedTransport, Reach
from pipelines.outlets.sender import Fault, FaultKind, Sent
from pipelines.outlets.signing import compact_json, message_body, message_id, signed_headers
from pipelines.records.outlet_values import Target
from pipelines.records.values import StoredEvent

TIMEOUT_S = 10.0
"""For one try: to connect, and then for each wait for the answer's next piece, and for all of it together."""
_MOST_BYTES = 65_536
"""Of an answer, which nobody reads; one that is longer costs its connection."""
_BUSY = (
    httpx.codes.TOO_MANY_REQUESTS,
    httpx.codes.BAD_GATEWAY,
    httpx.codes.SERVICE_UNAVAILABLE,
    httpx.codes.GATEWAY_TIMEOUT,
)
_SAVE_AFTER_S = 1.0
_HEADERS = {"Content-Type": "application/json", "User-Agent": "citygate-webhooks/1"}


class WebhookSender:
    """Posts signed deliveries; every 2xx answer takes the event, whatever it says.

    Redirects are not followed and proxies of the environment not used: a delivery goes to its address, or nowhere.

    Args:
        outlet_id: from which the deliveries' ids follow.
        target: address and secrets.
        reach: which addresses may be connected to.
        clock: the time, aware UTC; for the signature.
        timeout_s: see `TIMEOUT_S`.
        verify: for certificates; None: those that httpx trusts.
    """

    def __init__(
        self,
        outlet_id: str,
        target: Target,
        reach: Reach,
        clock: Callable[[], datetime],
        timeout_s: float = TIMEOUT_S,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._outlet_id = outlet_id
        self._target = target
        self._clock = clock
        self._timeout_s = timeout_s
        self._closed = threading.Event()
        # Without a client around it, which would log the whole address, follow and remember.
        self._transport = PinnedTransport(reach, verify)

    def send(self, events: Sequence[StoredEvent]) -> Sent:
        """Post the events, for about a second; what was taken by then can be kept before more is sent."""
        begun = time.monotonic()
        for taken, stored in enumerate(events):
            if self._closed.is_set() or (taken and time.monotonic() - begun > _SAVE_AFTER_S):
                return Sent(taken)
            fault = self.post(message_id(self._outlet_id, stored.event.event_id), message_body(stored.event))
            if fault is not None:
                return Sent(taken, fault)
        return Sent(len(events))

    def keep(self) -> None:
        """Nothing stands between two deliveries."""

    def test(self) -> Fault | None:
        """Post a delivery of the type `webhook.test`, which tells of nothing; None when it was taken."""
        data = {"webhook_id": self._outlet_id}
        told = {"type": "webhook.test", "timestamp": self._clock().isoformat(), "data": data}
        return self.post(message_id(self._outlet_id, uuid.uuid4().hex), compact_json(told))

    def post(self, message: str, body: bytes) -> Fault | None:
        """One try of one delivery; None when it was taken."""
        now = self._clock()
        headers = _HEADERS | signed_headers(message, body, now, self._target.secrets_at(now))
        timeouts = {"timeout": httpx.Timeout(self._timeout_s).as_dict()}
        request = httpx.Request("POST", self._target.url, content=body, headers=headers, extensions=timeouts)
        deadline = time.monotonic() + self._timeout_s
        try:
            response = self._transport.handle_request(request)
            _drain(response, deadline)
        except ForbiddenAddress:
            return Fault("unreachable", "forbidden_address")
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Fault("unreachable", "no_connection")
        except httpx.TimeoutException:
            return Fault("refused", "timed_out")
        except httpx.TransportError:
            return Fault("refused", "connection_broke")
        return _judge(response)

    def close(self) -> None:
        """Send no event more, and close the connection; one that is being sent may fail."""
        self._closed.set()
        self._transport.close()


def _judge(response: httpx.Response) -> Fault | None:
    if response.is_success:
        return None
    word = f"status_{response.status_code}"
    if response.status_code == httpx.codes.GONE:
        return Fault("gone", word)
    kind: FaultKind = "busy" if response.status_code in _BUSY else "refused"
    return Fault(kind, word, _retry_after_s(response))


def _retry_after_s(response: httpx.Response) -> float | None:
    """The seconds of a Retry-After header; a date is passed over, for our own back-off will do."""
    given = response.headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdigit() and len(given) <= 6 else None


def _drain(response: httpx.Response, deadline: float) -> None:
    """Read the answer away, so that the connection can be used again, unless it is long or slow."""
    read = 0
    try:
        for piece in response.iter_raw():
            read += len(piece)
            if read > _MOST_BYTES or time.monotonic() > deadline:
                return
    except httpx.TransportError:
        return  # the status was there: the event was judged
    finally:
        response.close()
