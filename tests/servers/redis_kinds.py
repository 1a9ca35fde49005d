"""Redis as a cluster of one node, behind TLS, and watched by a Sentinel; each as the URL that reaches it."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from redis import Redis, Sentinel
from redis.exceptions import RedisError

from tests.servers.redis import START_TIMEOUT_S, free_port, redis_server


@contextmanager
def redis_cluster(folder: Path) -> Iterator[str]:
    """A cluster of one node."""
    port = free_port()
    clustered = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--cluster-announce-ip", "127.0.0.1")
    with redis_server(folder, "--port", str(port), *clustered), closing(Redis(port=port)) as node:
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        _until(lambda: node.execute_command("CLUSTER INFO")["cluster_state"] == "ok")
        yield f"redis+cluster://127.0.0.1:{port}"


@contextmanager
def redis_over_tls(folder: Path) -> Iterator[str]:
    """A server with a certificate of its own; whoever leaves out the query does not know it."""
    port, authority = free_port(), folder / "cert.pem"
    _certify(folder)
    tls = ("--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no", "--tls-ca-cert-file", str(authority))
    with redis_server(folder, *tls, "--tls-cert-file", str(authority), "--tls-key-file", str(folder / "key.pem")):
        yield f"rediss://127.0.0.1:{port}?ssl_ca_certs={authority}"


@contextmanager
def redis_under_sentinel(folder: Path) -> Iterator[str]:
    """A server that a Sentinel watches as `city`."""
    watched, port = free_port(), free_port()
    configuration = folder / "sentinel.conf"
    configuration.write_text(f"port {port}\ndir {folder}\nsentinel monitor city 127.0.0.1 {watched} 1\n")
    with redis_server(folder, "--port", str(watched)), (folder / "sentinel.log").open("ab") as log:
        command = ["redis-server", str(configuration), "--sentinel"]
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
        try:
            _until(lambda: _names_its_primary(port))
            yield f"redis+sentinel://127.0.0.1:{port}/city/0"
        finally:
            process.kill()
            process.wait()


def _names_its_primary(port: int) -> bool:
    sentinel = Sentinel([("127.0.0.1", port)])
    with closing(sentinel.sentinels[0]), suppress(RedisError):
        return bool(sentinel.discover_master("city"))
    return False


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not holds():
        assert time.monotonic() < deadline, "it never began"
        time.sleep(0.02)


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
