"""Which camera addresses may be opened."""

import socket
import threading
from ipaddress import ip_network
from pathlib import Path

import pytest

from pipelines.ingest.address import Address, parse_address
from pipelines.ingest.media import Timeouts
from pipelines.ingest.policy import SourcePolicy
from pipelines.ingest.reading import Reading
from pipelines.ingest.source import open_source
from pipelines.settings import Settings
from tests.pipelines.ingest.films import camera, write_film
from tests.pipelines.ingest.servers import PASSWORD, mjpeg_server, redirecting_server
from vision.errors import ConfigurationError, SourceError

LOOPBACK = "127.0.0.0/8"


def policy(home: Path, *networks: str, **settings: object) -> SourcePolicy:
    """The default one, or one of these networks alone."""
    if networks:
        settings["source_networks"] = networks
    return SourcePolicy.of(Settings(home=home, **settings))


def reason(rules: SourcePolicy, url: str) -> str:
    """Why it is not admitted."""
    with pytest.raises(SourceError) as caught:
        rules.admit(parse_address(url))
    assert PASSWORD not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("host", ["10.0.0.7", "192.168.1.9", "172.16.0.1", "100.64.0.9", "8.8.8.8", "[fd12::9]"])
def test_cameras_of_a_house_and_of_the_world_are_admitted(tmp_path: Path, host: str) -> None:
    admitted = policy(tmp_path).admit(parse_address(f"rtsp://{host}:554/stream"))
    assert admitted.target == f"rtsp://{host}:554/stream"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"),  # noqa: S104
        *("169.254.169.254", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]"),
        *("100.100.100.200", "[fd00:ec2::254]", "[fe80::1]", "224.0.0.1", "255.255.255.255"),
    ],
)
def test_this_machine_and_the_clouds_credentials_are_refused_however_they_are_written(
    tmp_path: Path, host: str
) -> None:
    address = parse_address(f"http://admin:{PASSWORD}@{host}/{PASSWORD}")
    with pytest.raises(ConfigurationError, match="CITYGATE_SOURCE_NETWORKS") as caught:
        policy(tmp_path).check(address)
    assert PASSWORD not in str(caught.value)
    assert reason(policy(tmp_path), f"http://admin:{PASSWORD}@{host}/") == "forbidden"


def test_a_special_network_is_allowed_by_its_own_name_only(tmp_path: Path) -> None:
    address = parse_address("rtsp://127.0.0.1/a")
    for networks in (("0.0.0.0/0",), ("0.0.0.0/0", "169.254.0.0/16"), ("::/0",)):
        with pytest.raises(ConfigurationError):
            policy(tmp_path, *networks).check(address)
    policy(tmp_path, LOOPBACK).check(address)
    policy(tmp_path, "127.0.0.1/32").check(address)


def test_networks_that_are_listed_are_the_only_ones(tmp_path: Path) -> None:
    rules = policy(tmp_path, "10.20.0.0/16")
    rules.check(parse_address("rtsp://10.20.3.4/a"))
    with pytest.raises(ConfigurationError):
        rules.check(parse_address("rtsp://10.21.3.4/a"))


def test_a_name_is_looked_up_when_it_is_opened_and_the_connection_goes_where_it_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"cam.example": ["169.254.169.254", "10.0.0.7"], "trap.example": ["127.0.0.1"]}

    def look_up(host: str, port: object, **wishes: int) -> list[tuple[object, ...]]:
        if wishes.get("flags") or host not in answers:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in answers[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    rules = policy(tmp_path)
    admitted = rules.admit(parse_address(f"http://admin:{PASSWORD}@cam.example:8080/a?b=c"))
    assert (admitted.target, admitted.host) == (f"http://admin:{PASSWORD}@10.0.0.7:8080/a?b=c", "cam.example:8080")
    assert PASSWORD not in repr(admitted)
    rules.check(parse_address("rtsp://trap.example/a"))  # nobody asks a name server when a camera is added
    assert reason(rules, "rtsp://trap.example/a") == "forbidden"
    assert reason(rules, "rtsp://nowhere.example/a") == "unknown_host"


def test_files_lie_in_the_folders_of_the_settings_and_links_lead_nowhere_else(tmp_path: Path) -> None:
    videos, elsewhere = tmp_path / "videos", tmp_path / "elsewhere"
    videos.mkdir()
    elsewhere.mkdir()
    (videos / "link").symlink_to(elsewhere)
    rules = policy(tmp_path)
    inside: Address = rules.admit(parse_address((videos / "a.mp4").as_uri()))
    assert inside.target == str(videos / "a.mp4")
    for path in (elsewhere, videos / ".." / "elsewhere", videos / "link" / "a.mp4", tmp_path / "videos2", tmp_path):
        assert reason(rules, f"file://{path}") == "forbidden"
    policy(tmp_path, source_folders=(elsewhere,)).check(parse_address(f"file://{videos / 'link'}"))


def test_schemes_that_are_not_listed_are_refused(tmp_path: Path) -> None:
    rules = policy(tmp_path, source_schemes=("rtsps",))
    rules.check(parse_address("rtsps://10.0.0.7/a"))
    for url in ("rtsp://10.0.0.7/a", "webcam:0", f"file://{tmp_path}/videos/a.mp4"):
        with pytest.raises(ConfigurationError, match="CITYGATE_SOURCE_SCHEMES"):
            rules.check(parse_address(url))


def test_an_admitted_stream_is_read_under_its_name(tmp_path: Path) -> None:
    rules = SourcePolicy(("http",), (), (ip_network(LOOPBACK),))
    with mjpeg_server(4) as url:
        named = url.replace("127.0.0.1", "localhost")
        source = open_source(camera(named), reading=Reading(Timeouts(5.0, 5.0), rules))
        frames = source.frames(threading.Event())
        assert next(frames).image.shape == (120, 160, 3)
        frames.close()


def test_a_redirect_is_not_followed() -> None:
    with mjpeg_server(4) as behind, redirecting_server(behind) as (url, calls):
        with pytest.raises(SourceError):
            next(open_source(camera(url), reading=Reading(Timeouts(5.0, 5.0))).frames(threading.Event()))
        assert calls == ["GET"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{film}\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile '{film}'\n"),
    ],
)
def test_a_playlist_opens_nothing(tmp_path: Path, name: str, text: str) -> None:
    film = write_film(tmp_path / "film.mp4")
    (tmp_path / name).write_text(text.format(film=film))
    with pytest.raises(SourceError):
        next(open_source(camera((tmp_path / name).as_uri())).frames(threading.Event()))
