"""A gate's controller behind an HTTP address."""

import time

import httpx

from pipelines.services.barrier import Acknowledgement, OpenCommand, read_acknowledgement

_MOST_BYTES = 4096
"""Of an answer; an acknowledgement needs less than a hundred."""


class HttpOutlet:
    """Posts orders as JSON; a 2xx answer with the same `decision_id` acknowledges.

    Redirects are not followed and proxies of the environment not used: an order goes where it was told to, or nowhere.

    Args:
        url: of the controller.
        secret: sent as a bearer token; None: nothing is sent.
        transport: for tests; None: the network.
    """

    def __init__(self, url: str, secret: str | None = None, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {secret}"} if secret else {})
        self._url = url
        self._client = httpx.Client(headers=headers, follow_redirects=False, trust_env=False, transport=transport)

    def open(self, command: OpenCommand, timeout_s: float) -> Acknowledgement:
        """Post the order; every answer but an acknowledgement in time leaves the barrier shut."""
        deadline = time.monotonic() + timeout_s
        try:
            with self._client.stream("POST", self._url, content=command.to_json(), timeout=timeout_s) as response:
                body = _read(response, deadline)
        except httpx.TransportError:
            return "timed_out"
        if body is None:
            return "timed_out"
        if not response.is_success:
            return "refused"
        return read_acknowledgement(body, command.decision_id) or "refused"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _read(response: httpx.Response, deadline: float) -> bytes | None:
    """The answer's beginning; None when it did not come in time, for httpx limits each piece's wait, not their sum."""
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if time.monotonic() > deadline:
            return None
        if len(body) > _MOST_BYTES:
            break
    return body
