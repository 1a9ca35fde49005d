"""Camera URLs: what is accepted, and what of them may be shown."""

import pytest

from pipelines.ingest.address import parse_address, redact_url
from vision.errors import ConfigurationError


def test_a_file_waits_for_whoever_takes_its_frames() -> None:
    address = parse_address("file:///clips/gate%20one.mp4")
    assert (address.scheme, address.target, address.play) == ("file", "/clips/gate one.mp4", "wait")
    assert not address.live
    assert not address.lasting


def test_a_file_played_live_ends_and_a_looped_one_does_not() -> None:
    live, loop = parse_address("file:///a.mp4?play=live"), parse_address("file:///a.mp4?play=loop")
    assert (live.live, live.lasting) == (True, False)
    assert (loop.live, loop.lasting) == (True, True)


def test_a_stream_keeps_its_whole_url_and_shows_only_its_host() -> None:
    address = parse_address("rtsp://admin:secret@10.0.0.7:554/user=admin&password=secret")
    assert address.target == "rtsp://admin:secret@10.0.0.7:554/user=admin&password=secret"
    assert address.shown == "rtsp://***@10.0.0.7:554/***"
    assert "secret" not in repr(address)
    assert address.live
    assert address.lasting


def test_a_webcam_has_a_number() -> None:
    assert parse_address("webcam:0").target == "0"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/clips/gate.mp4",
        "ftp://host/clip.mp4",
        "concat:/etc/passwd|/etc/hosts",
        "FILE:///clip.mp4",
        "file:clip.mp4",
        "file://elsewhere/clip.mp4",
        "file:///clip.mp4?play=fast",
        "file:///clip.mp4?speed=2",
        "file:///clip.mp4#t=3",
        "webcam:",
        "webcam:front",
        "webcam:0?size=9",
        "rtsp://",
        "rtsp:///stream",
        "http://host:port/",
        "http://host/a b",
        "http://host/\n",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://admin:hunter/two@host/x",
        "http://admin:hunter@host:99999/x",
        "ftp://admin:hunter@host/x",
        "file://hunter@host/x",
        "rtsp://admin:hunter@ho st/x",
        "rtsp://admin:hunter@/x",
    ],
)
def test_a_refusal_quotes_nothing_but_the_scheme(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_address(url)
    assert caught.value.__context__ is None
    assert "hunter" not in str(caught.value)
    assert "two" not in str(caught.value)


def test_what_looks_like_a_password_with_a_slash_is_not_shown() -> None:
    # Read strictly this is host admin, port 12; more likely it is user admin with the password 12/hunter.
    assert parse_address("rtsp://admin:12/hunter@host/x").shown == "rtsp://***"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://host/stream", "rtsp://host/***"),
        ("rtsp://user@host", "rtsp://***@host/***"),
        ("https://u:p@[fe80::1]:8443/x?token=t", "https://***@[fe80::1]:8443/***"),
        ("http://host?pwd=a@b", "http://***"),
        ("rtsp://admin:pass/word@host/stream", "rtsp://***"),
        ("rtsp://admin:p@ss@host/stream", "rtsp://***@host/***"),
        ("file:///clips/a.mp4", "file:///clips/a.mp4"),
        ("webcam:1", "webcam:1"),
        ("gopher://user:password@host", "***"),
        ("password", "***"),
    ],
)
def test_a_shown_url_holds_no_credentials(url: str, shown: str) -> None:
    assert redact_url(url) == shown
