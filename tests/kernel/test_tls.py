"""Redis and Oracle over TLS: a stranger is told nothing, and we show who we are."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis.exceptions import ConnectionError as RedisConnectionError

from fittrack.db.errors import DatabaseError
from fittrack.db.oracle import OracleEngine
from fittrack.extensions import make_redis

NOW = datetime.now(UTC)
TNS_CONNECT = 1  # the type of the packet that begins a session of Oracle's


@dataclass
class Authority:
    """Who vouches for servers and clients, with a folder of the files that they need."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: new_key())

    def __post_init__(self):
        self.folder.mkdir()
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority")])
        own = self._signed(self.name, self.key, x509.BasicConstraints(ca=True, path_length=0))
        self.file = self._written("ca.pem", pem_of(own))

    def vouch(self, name: str) -> Path:
        """Return a file with the key and certificate of a server or client, and with our own."""
        key = new_key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(subject, key, x509.SubjectAlternativeName([x509.DNSName(name)]))
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        folder = self.folder / name
        folder.mkdir()
        pem = private + pem_of(certificate) + self.file.read_bytes()
        return self._written(f"{name}/ewallet.pem", pem)

    def _signed(self, subject, key, extension):
        builder = x509.CertificateBuilder(
            issuer_name=self.name,
            subject_name=subject,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=NOW - timedelta(days=1),
            not_valid_after=NOW + timedelta(days=1),
        )
        return builder.add_extension(extension, critical=True).sign(self.key, hashes.SHA256())

    def _written(self, name: str, content: bytes) -> Path:
        file = self.folder / name
        file.write_bytes(content)
        return file


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class Server:
    """What a server has seen: who came, by certificate, and what was said first."""

    port: int
    callers: list[str] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)


@contextmanager
def listening(authority: Authority) -> Iterator[Server]:
    """Run a server that asks for certificates and says OK to whatever it is told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.vouch("localhost"))
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listener, context, server))
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(listener: socket.socket, context: ssl.SSLContext, server: Server) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:  # the test is over
            return
        with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as caller:
            subject = caller.getpeercert()["subject"]
            server.callers += [value for part in subject for _, value in part]
            while told := caller.recv(4096):
                server.said.append(told)
                if not told.startswith(b"*"):  # no Redis command: Oracle's driver is let go
                    break
                caller.sendall(b"+OK\r\n" * told.count(b"*"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def ours(authority):
    """Return the file by which we show who we are, and know whom to believe."""
    return authority.vouch("fittrack")


@pytest.fixture(scope="module")
def server(authority):
    with listening(authority) as server:
        yield server


@pytest.fixture(scope="module")
def stranger(authority, tmp_path_factory):
    """Return a server for which another authority vouches."""
    with listening(Authority(tmp_path_factory.mktemp("tls") / "theirs")) as server:
        yield server


def call_redis(server: Server, ours: Path) -> None:
    files = f"ssl_ca_certs={ours}&ssl_certfile={ours}&ssl_keyfile={ours}"
    client = make_redis(f"rediss://:secret@localhost:{server.port}/0?{files}", retries=2)
    try:
        client.ping()
    finally:
        client.close()


def call_oracle(server: Server, ours: Path) -> None:
    url = f"oracle+tcps://ana:secret@localhost:{server.port}/LEDGER?wallet_location={ours.parent}"
    engine = OracleEngine(url, threads=1)
    try:
        engine.begin("nothing", writing=False)
    finally:
        engine.close()


def test_redis_is_told_by_certificate_who_calls(server, ours):
    call_redis(server, ours)
    assert server.callers[-1] == "fittrack"
    assert any(b"PING" in told for told in server.said)


def test_oracle_is_told_by_certificate_who_calls(server, ours):
    with pytest.raises(DatabaseError):
        call_oracle(server, ours)
    assert server.callers[-1] == "fittrack"
    assert server.said[-1][4] == TNS_CONNECT


@pytest.mark.parametrize(
    ("call", "refusal"), [(call_redis, RedisConnectionError), (call_oracle, DatabaseError)]
)
def test_a_server_that_nobody_vouches_for_is_told_nothing(stranger, ours, call, refusal):
    with pytest.raises(refusal):
        call(stranger, ours)
    assert (stranger.callers, stranger.said) == ([], [])
