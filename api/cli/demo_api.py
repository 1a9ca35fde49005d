"""What the demo asks of the API, as any client would: everything it does can be done with curl."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from vision.errors import ConfigurationError

Json = dict[str, Any]

COLOURS = {"accepted": "green", "rejected": "red", "unknown": "yellow"}
_TIMEOUT_S = 60.0


class DemoApi:
    """A client with a key.

    Args:
        client: with the address and the key.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def post(self, path: str, body: Json) -> Json:
        """The answer to this body.

        Raises:
            ConfigurationError: it was refused.
        """
        return _answer(self._client.post(path, json=body))

    def upload(self, path: str, fields: Json, picture: bytes) -> Json:
        """The answer to these fields and a JPEG.

        Raises:
            ConfigurationError: it was refused.
        """
        return _answer(self._client.post(path, data=fields, files={"image": ("portrait.jpg", picture, "image/jpeg")}))

    def get(self, path: str, **query: str | int) -> Json:
        """What lies there.

        Raises:
            ConfigurationError: it was refused.
        """
        return _answer(self._client.get(path, params=query))

    @contextmanager
    def events(self) -> Iterator[Iterator[Json]]:
        """Everything that happens from now on, as it happens."""
        with self._client.stream("GET", "/v1/events/stream") as stream:
            yield _events(stream)


@contextmanager
def open_api(address: str, key: str) -> Iterator[DemoApi]:
    """The API at this address with this key."""
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=_TIMEOUT_S) as client:
        yield DemoApi(client)


def _answer(response: httpx.Response) -> Json:
    if response.is_error:
        raise ConfigurationError(f"{response.request.method} {response.request.url.path}: {response.text}")
    answer: Json = response.json()
    return answer


def _events(stream: httpx.Response) -> Iterator[Json]:
    for line in stream.iter_lines():
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))
