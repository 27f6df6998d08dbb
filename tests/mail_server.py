"""A real mail server on this machine for tests: it keeps what it takes, refuses whom it is told to, and can speak TLS with a certificate made here."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


class Inbox:
    """What the server took: the letters, and to whom each went. Addresses in `refused` are refused."""

    def __init__(self, refused: tuple[str, ...] = ()):
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refused = set(refused)
        self.port = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters += [(address, letter) for address in envelope.rcpt_tos]
        return "250 OK"

    @property
    def readers(self) -> list[str]:
        return [address for address, _ in self.letters]


@contextmanager
def mail_server(inbox: Inbox | None = None, **options) -> Iterator[Inbox]:
    """The server, at `inbox.port`; `options` are those of aiosmtpd's Controller."""
    inbox = inbox or Inbox()
    inbox.port = free_port()
    server = Controller(inbox, hostname=HOST, port=inbox.port, **options)
    server.start()
    try:
        yield inbox
    finally:
        server.stop()


def asks_for(user: str, password: str):
    """An authenticator that lets in this user with this password."""
    def check(server, session, envelope, mechanism, told):
        return AuthResult(success=(told.login, told.password) == (user.encode(), password.encode()), handled=False)

    return check


def free_port() -> int:
    with socket.socket() as held:
        held.bind((HOST, 0))
        return held.getsockname()[1]


@contextmanager
def slow_server(say: bytes = b"", *, every: float = 0.05) -> Iterator[int]:
    """A server that takes a connection and then says one letter of `say` after the other, for ever, or nothing at all; gives its port."""
    over, listening = threading.Event(), socket.create_server((HOST, 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            while not over.wait(every):
                try:
                    connection.sendall(say)
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        listening.close()


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A server's TLS context with a certificate for this host name or address, made now; the certificate itself is `folder/NAME.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        host: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        host = x509.DNSName(name)
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([host]), critical=False).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
    public, private = folder / f"{name}.pem", folder / f"{name}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context
