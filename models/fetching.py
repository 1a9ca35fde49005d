"""Public weight files from their pinned addresses, for users whose machine has internet; nothing else needs it."""

from collections.abc import Callable
from pathlib import Path

import httpx

from models.catalogue import Catalogue
from models.files import read_verified
from models.manifest import ModelSpec, RemoteSource
from vision.errors import ConfigurationError, ModelFileError

Progress = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes in all."""

_TIMEOUT_S = 30.0


def fetch_model(
    catalogue: Catalogue, spec: ModelSpec, client: httpx.Client | None = None, *, progress: Progress
) -> None:
    """Bring every remote network of a model to this machine; one that is here already is only verified.

    An interrupted fetch goes on where it stopped.

    Raises:
        ConfigurationError: the model has no public address.
        ModelFileError: the address does not answer, or what came is not the listed file.
    """
    remote = [(network, network.remote) for network in spec.networks if network.remote]
    if len(remote) != len(spec.networks):
        raise ConfigurationError(f"{spec.id}: wanted a model with a public address, got a packaged or local one")
    with client or httpx.Client(follow_redirects=True, timeout=_TIMEOUT_S) as http:
        for network, source in remote:
            _fetch(http, source, catalogue.fetched_path(spec, network), progress)


def _fetch(http: httpx.Client, source: RemoteSource, path: Path, progress: Progress) -> None:
    if path.exists():
        read_verified(path, source.sha256)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    try:
        _download(http, source, partial, progress)
    except httpx.HTTPError as error:
        raise ModelFileError(f"{source.url}: {type(error).__name__}: {error}") from error
    try:
        read_verified(partial, source.sha256)
    except ModelFileError:
        # A wrong file must not be resumed for ever.
        partial.unlink()
        raise
    partial.replace(path)


def _download(http: httpx.Client, source: RemoteSource, partial: Path, progress: Progress) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    if have >= source.size:
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with http.stream("GET", source.url, headers=headers) as response:
        response.raise_for_status()
        # A server that ignores Range sends the whole file again.
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        with partial.open("ab" if resumed else "wb") as stream:
            # In chunks of a fixed size the last bytes before a cut would be lost.
            for chunk in response.iter_raw():
                stream.write(chunk)
                if stream.tell() > source.size:
                    raise ModelFileError(f"{source.url}: wanted {source.size} bytes, got more")
                progress(stream.tell(), source.size)
