"""Where deliveries may go, by the address that is connected to."""

from ipaddress import ip_network

import httpx
import pytest

from pipelines.outlets.reach import ForbiddenAddress, PinnedTransport, Reach
from tests.pipelines.outlets.receivers import OWN_MACHINE, Receiver
from vision.errors import BadInput

FORBIDDEN = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - nobody listens
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fd00::1]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::a00:1]",
    "[2002:7f00:1::]",
)


@pytest.mark.parametrize("host", FORBIDDEN)
def test_private_addresses_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(ForbiddenAddress, match="public address"):
        Reach().check_url(f"https://{host}/hook")
    with pytest.raises(ForbiddenAddress, match="public address"):
        Reach(resolve=lambda *_: [host.strip("[]")]).addresses_of("name.example", 443, "https")


@pytest.mark.parametrize("host", ["93.184.215.14", "[2606:4700::1111]", "example.org", "bücher.example"])
def test_public_addresses_and_names_pass(host: str) -> None:
    Reach().check_url(f"https://{host}:8443/hook?token=1")


@pytest.mark.parametrize(
    "url", ["ftp://example.org", "https://", "example.org/hook", "file:///etc/passwd", "https://a:b/"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(BadInput, match="wanted https://host"):
        Reach().check_url(url)


def test_a_user_or_password_in_the_address_is_refused() -> None:
    with pytest.raises(BadInput, match="no user or password"):
        Reach().check_url("https://user:secret@example.org/")


def test_plain_http_is_for_allowed_networks() -> None:
    with pytest.raises(ForbiddenAddress, match="https"):
        Reach().check_url("http://93.184.215.14/hook")
    Reach((ip_network("10.0.0.0/8"),)).check_url("http://10.1.2.3/hook")


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    reach = Reach(resolve=lambda *_: ["93.184.215.14", "127.0.0.1"])
    with pytest.raises(ForbiddenAddress):
        reach.addresses_of("name.example", 443, "https")


def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked(receiver: Receiver) -> None:
    # A rebinding name: the first answer is allowed, every later one another's machine.
    answers = iter([["127.0.0.1"]])
    reach = Reach((ip_network("127.0.0.0/8"),), resolve=lambda *_: next(answers))
    with httpx.Client(transport=PinnedTransport(reach)) as client:
        assert client.post(f"http://rebinding.example:{receiver.port}/hook", content=b"{}").status_code == 204
    assert receiver.heard[0].headers["host"] == f"rebinding.example:{receiver.port}"


def test_the_next_address_is_tried_when_the_first_does_not_answer(receiver: Receiver) -> None:
    reach = Reach((ip_network("127.0.0.0/8"),), resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
    with httpx.Client(transport=PinnedTransport(reach)) as client:
        assert client.post(f"http://name.example:{receiver.port}/", content=b"{}").status_code == 204


def test_a_name_for_this_machine_is_found_out_when_it_is_connected_to(receiver: Receiver) -> None:
    with httpx.Client(transport=PinnedTransport(Reach())) as client, pytest.raises(ForbiddenAddress):
        client.post(f"https://localhost:{receiver.port}/", content=b"{}")
    assert receiver.heard == []


def test_a_name_without_an_address_is_no_connection() -> None:
    def nobody(*_: object) -> list[str]:
        raise OSError("unknown")

    transport = PinnedTransport(Reach(resolve=nobody))
    with httpx.Client(transport=transport) as client, pytest.raises(httpx.ConnectError):
        client.post("https://nobody.example/", content=b"{}")


def test_the_own_machine_may_be_allowed() -> None:
    OWN_MACHINE.check_url("http://127.0.0.1:8000/hook")
