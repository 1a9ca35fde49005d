"""Against a real HTTP server on loopback, which can cut a transfer short and ignore ranges."""

import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.catalogue import Catalogue
from models.fetching import fetch_model
from models.manifest import ModelSpec, RemoteSource
from vision.errors import ConfigurationError, ModelFileError

CONTENT = bytes(range(256)) * 1024


class FileServer(ThreadingHTTPServer):
    content = CONTENT
    cut_after: int | None = None
    honours_ranges = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FileHandler)
        self.ranges: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/model.onnx"


class FileHandler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        found = re.match(r"bytes=(\d+)-", asked or "") if self.server.honours_ranges else None
        start = int(found[1]) if found else 0
        body = self.server.content[start:]
        self.send_response(206 if found else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut_after])

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def remote_model(catalogue: Catalogue, url: str) -> ModelSpec:
    spec = catalogue.manifest.get("yunet-320")
    source = RemoteSource(url=url, sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT))
    return spec.model_copy(update={"networks": (spec.networks[0].model_copy(update={"remote": source}),)})


def fetch(home: Path, url: str) -> Path:
    catalogue = Catalogue(home)
    spec = remote_model(catalogue, url)
    fetch_model(catalogue, spec, progress=lambda _have, _all: None)
    return catalogue.fetched_path(spec, spec.networks[0])


def test_a_fetched_file_is_whole_and_leaves_no_partial_one(tmp_path: Path, server: FileServer) -> None:
    path = fetch(tmp_path, server.url)
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_a_cut_transfer_is_resumed_where_it_stopped(tmp_path: Path, server: FileServer) -> None:
    server.cut_after = 1000
    with pytest.raises(ModelFileError, match=r"RemoteProtocolError"):
        fetch(tmp_path, server.url)
    server.cut_after = None
    assert fetch(tmp_path, server.url).read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=1000-"]


def test_a_server_without_ranges_sends_the_whole_file_again(tmp_path: Path, server: FileServer) -> None:
    server.cut_after = 1000
    with pytest.raises(ModelFileError):
        fetch(tmp_path, server.url)
    server.cut_after, server.honours_ranges = None, False
    assert fetch(tmp_path, server.url).read_bytes() == CONTENT


def test_other_bytes_than_listed_are_refused_and_forgotten(tmp_path: Path, server: FileServer) -> None:
    server.content = CONTENT[::-1]
    with pytest.raises(ModelFileError, match="wanted sha256"):
        fetch(tmp_path, server.url)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_longer_file_than_listed_is_given_up(tmp_path: Path, server: FileServer) -> None:
    server.content = CONTENT * 2
    with pytest.raises(ModelFileError, match="got more"):
        fetch(tmp_path, server.url)


def test_a_file_that_is_here_is_verified_and_not_asked_for_again(tmp_path: Path, server: FileServer) -> None:
    fetch(tmp_path, server.url)
    fetch(tmp_path, server.url)
    assert len(server.ranges) == 1


def test_an_address_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="ConnectError"):
        fetch(tmp_path, "http://127.0.0.1:9/model.onnx")


def test_a_packaged_model_has_no_address(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    with pytest.raises(ConfigurationError, match="public address"):
        fetch_model(catalogue, catalogue.manifest.get("mtcnn"), progress=lambda _have, _all: None)
