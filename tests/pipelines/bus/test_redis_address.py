"""Which client a URL makes; TLS and Sentinel against real servers, a cluster by what is built and a node of one."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from redis import Redis, RedisCluster

from pipelines.bus.bus import Bus
from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_streams import RedisBus
from tests.pipelines.bus.conftest import eventually
from tests.pipelines.bus.letters import letters
from tests.servers.redis import free_port, redis_server
from vision.errors import BusAway, ConfigurationError


def _carries(bus: Bus) -> None:
    bus.publish("spool-a", letters(3))
    taken = bus.read("one", 10, 1.0)
    assert [one.letter for one in taken] == letters(3)
    bus.settle(taken)
    assert len(bus.settled("spool-a", 10)) == 3
    assert bus.trim() == 3
    assert bus.reclaim("one", 10) == []
    assert bus.state().depth == 0


def test_hosts_service_and_options_are_found_in_the_url() -> None:
    found = RedisAddress.parse("rediss+sentinel://app:pass@a,b:27000/city/3?ssl_ca_certs=/ca.pem")
    assert (found.kind, found.hosts, found.service) == ("sentinel", (("a", 26379), ("b", 27000)), "city")
    assert found.url == "rediss://app:pass@a/3?ssl_ca_certs=/ca.pem"
    found = RedisAddress.parse("redis+cluster://a:7000,b")
    assert (found.kind, found.hosts) == ("cluster", (("a", 7000), ("b", 6379)))


def test_a_password_is_not_shown() -> None:
    assert "pass" not in repr(RedisAddress.parse("redis://app:pass@a/0"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hidden-word",
        "redis+sentinel://a:1",
        "redis+cluster://a/1",
        "redis+other://a",
        "amqp+sentinel://a/city",
        "redis+sentinel://,/city",
        "redis://a:port",
        "redis://a?socket_timeout=hidden-word",
    ],
)
def test_other_urls_are_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"bus_url: wanted redis://") as refused:
        RedisAddress.parse(url)
    assert "hidden-word" not in str(refused.value)


def test_a_cluster_that_is_away_is_a_bus_that_is_away() -> None:
    bus = RedisBus(RedisAddress.parse(f"redis+cluster://127.0.0.1:{free_port()}"))
    with pytest.raises(BusAway):
        bus.publish("spool-a", letters(1))
    bus.close()


@pytest.mark.redis
def test_a_cluster_carries_letters() -> None:
    port = free_port()
    clustered = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--cluster-announce-ip", "127.0.0.1")
    with (
        TemporaryDirectory(prefix="cg-") as folder,
        redis_server(Path(folder), "--port", str(port), *clustered),
        closing(Redis(port=port)) as node,
    ):
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        eventually(lambda: node.execute_command("CLUSTER INFO")["cluster_state"] == "ok")
        address = RedisAddress.parse(f"redis+cluster://127.0.0.1:{port}")
        with closing(address.client()) as client:
            assert isinstance(client, RedisCluster)
        with closing(RedisBus(address)) as bus:
            _carries(bus)


@pytest.mark.redis
def test_tls_with_a_certificate_of_our_own_carries_letters_and_a_stranger_is_refused() -> None:
    port = free_port()
    with TemporaryDirectory(prefix="cg-") as name:
        folder = Path(name)
        _certify(folder)
        tls = ("--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no")
        files = ("--tls-cert-file", f"{name}/cert.pem", "--tls-key-file", f"{name}/key.pem")
        with redis_server(folder, *tls, *files, "--tls-ca-cert-file", f"{name}/cert.pem"):
            with closing(
                RedisBus(RedisAddress.parse(f"rediss://127.0.0.1:{port}?ssl_ca_certs={name}/cert.pem"))
            ) as bus:
                _carries(bus)
            with closing(RedisBus(RedisAddress.parse(f"rediss://127.0.0.1:{port}"))) as bus, pytest.raises(BusAway):
                bus.state()


@pytest.mark.redis
def test_what_sentinels_watch_carries_letters() -> None:
    port = free_port()
    with (
        TemporaryDirectory(prefix="cg-") as name,
        redis_server(Path(name), "--port", str(port)),
        _sentinel(Path(name), port) as sentinel,
        closing(RedisBus(RedisAddress.parse(f"redis+sentinel://127.0.0.1:{sentinel}/city/0"))) as bus,
    ):
        _carries(bus)


@contextmanager
def _sentinel(folder: Path, watched: int) -> Iterator[int]:
    """The port of a Sentinel that watches the server at that port as `city`."""
    port = free_port()
    configuration = folder / "sentinel.conf"
    configuration.write_text(f"port {port}\ndir {folder}\nsentinel monitor city 127.0.0.1 {watched} 1\n")
    with (folder / "sentinel.log").open("ab") as log:
        command = ["redis-server", str(configuration), "--sentinel"]
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
    try:
        time.sleep(0.2)
        address = RedisAddress.parse(f"redis+sentinel://127.0.0.1:{port}/city/0")
        eventually(lambda: _pings(address))
        yield port
    finally:
        process.kill()
        process.wait()


def _pings(address: RedisAddress) -> bool:
    bus = RedisBus(address)
    try:
        bus.state()
    except BusAway:
        return False
    finally:
        bus.close()
    return True


def _certify(folder: Path) -> None:
    """A key and a certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "citygate test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
