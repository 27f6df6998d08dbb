"""Letters to a mail server: each to one address, encrypted where the site says so, within a time; why one did not go is said in words."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import stat
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

from cqi.site.parts import HandOver, Site
from cqi.vocabulary import SITE_FILE, CqiError, printable

PASSWORD = "CQI_MAIL_PASSWORD"
"""The variable of the environment that may hold the password, in place of the file."""
ANSWER_SECONDS, ALL_SECONDS = 20, 300
"""How long the server may take for one answer, and for everything."""
LONGEST = 200
"""Characters of a server's own words."""
HERE = ("localhost", "127.0.0.1", "::1")


def post(site: Site, letter: Callable[[str], EmailMessage], addresses: Iterable[str], *, accepted: Callable[[str], None]) -> dict[str, str]:
    """Sends the letter to each address on its own, and says why it did not go, by address; empty where all went.

    `accepted` is called with every address as soon as the server has taken its letter. Never raises for a server, a password file or a
    network that is not right.
    """
    left, refused = dict.fromkeys(addresses), {}
    if not left:
        return refused
    try:
        with _server(site.handover, password(site)) as server:
            for address in tuple(left):
                try:
                    server.send_message(letter(address), site.handover.sender, [address])
                    accepted(address)
                except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError, UnicodeError) as error:
                    refused[address] = _reason(error, site.handover)
                del left[address]
    except (OSError, smtplib.SMTPException, CqiError) as error:
        refused |= dict.fromkeys(left, _reason(error, site.handover))
    return refused


@contextmanager
def _server(handover: HandOver, password: str):
    """The mail server, greeted, encrypted and told who sends; cut off when all the time is over."""
    context = ssl.create_default_context()
    whole = {"context": context} if handover.security == "tls" else {}
    kind = smtplib.SMTP_SSL if whole else smtplib.SMTP
    server = kind.__new__(kind)  # so that it can be cut off while it connects, as it does when it is made
    end = threading.Timer(ALL_SECONDS, _cut, [server])
    end.daemon = True
    end.start()
    try:
        server.__init__(handover.host, handover.port, timeout=ANSWER_SECONDS, **whole)
        if handover.security == "starttls":
            server.starttls(context=context)
        if handover.user:
            server.login(handover.user, password)
        yield server
        with suppress(OSError, smtplib.SMTPException):  # what it has taken it keeps, whatever it says to good-bye
            server.quit()
    finally:
        end.cancel()
        server.close()


def _cut(server: smtplib.SMTP) -> None:
    """Ends the connection under whatever waits for it."""
    with suppress(OSError, AttributeError):
        socket.socket.shutdown(server.sock, socket.SHUT_RDWR)


def password(site: Site) -> str:
    """The password, from the environment or from the file that the site names; empty where there is no user. Raises CqiError where there is
    neither, and for a file that is not there or that others may read."""
    if not site.handover.user:
        return ""
    if site.handover.security == "none" and site.handover.host not in HERE:
        raise CqiError(f"{SITE_FILE}, [handover] security: the password would travel unencrypted; write \"starttls\" or \"tls\"")
    if told := os.environ.get(PASSWORD, ""):
        return told
    if not site.handover.password_file:
        raise CqiError(f"{SITE_FILE}, [handover] user: its password is not there; set {PASSWORD}, or name a file with the password on "
                       "its first line, which only you can read: password_file = \"mail-password\"")
    path = site.folder / Path(site.handover.password_file).expanduser()
    try:
        with path.open(encoding="utf-8") as file:
            _check_private(path, os.fstat(file.fileno()))
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise CqiError(f"{SITE_FILE}, [handover] password_file: {site.handover.password_file} cannot be read; name a file with the "
                       f"password on its first line, or set {PASSWORD}") from None


def _check_private(path: Path, found: os.stat_result) -> None:
    if hasattr(os, "getuid") and (stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid not in (os.getuid(), 0)):
        raise CqiError(f"{SITE_FILE}, [handover] password_file: others may read {path.name}, or it is not yours; make it yours alone: "
                       f"chmod 600 {path.name}")


def _reason(error: Exception, handover: HandOver) -> str:
    """Why a letter did not go, in words; never the password, which only a server's answer to the sign-in could hold."""
    server = f"the mail server {handover.host}, port {handover.port},"
    if isinstance(error, CqiError):
        return str(error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{server} did not accept the user name and the password"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"{server} refused the address ({_said(*next(iter(error.recipients.values())))})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{server} refused the letter ({_said(error.smtp_code, error.smtp_error)})"
    error = error.__context__ if isinstance(error.__context__, TimeoutError) else error  # smtplib tells of a connection that ended
    return f"{server} " + next((words for kind, words in WORDS if isinstance(error, kind)), f"could not be used ({type(error).__name__})")


WORDS = (
    (ssl.SSLCertVerificationError, "has a certificate that this machine does not trust for that name; where the agency has an authority of "
                                   "its own, let SSL_CERT_FILE name its certificate"),
    (ssl.SSLError, "did not begin an encrypted connection; see whether [handover] security and port belong together"),
    (smtplib.SMTPNotSupportedError,
     "does not offer what is needed: see [handover] security, user, and letters outside a to z in an address"),
    (smtplib.SMTPServerDisconnected, "ended the connection"),
    (TimeoutError, "did not answer in time"),
    (ConnectionRefusedError, "is not there: nothing answers at that port"),
    (socket.gaierror, "was not found; see [handover] host"),
    (UnicodeError, "cannot be given an address with such letters"),
)
"""What a kind of error says; the first that fits counts."""


def _said(code: int, words: bytes | str) -> str:
    """A server's answer as one line of plain text."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return printable(" ".join(f"{code} {text}".split()))[:LONGEST]
