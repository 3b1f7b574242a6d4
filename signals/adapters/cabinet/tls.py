"""TLS in front of a protocol, with certificates on both sides where they are given; all protocols have its options.

Whoever connects always verifies whom it has found: by ``ca`` where it is given, else by what the machine trusts, and by
name. Whoever listens needs a certificate, and with ``ca`` wants one of everybody who connects.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from signals.errors import FileError, InputError
from signals.input_files import check_regular

__all__ = ["TLS_OPTIONS", "Tls", "handshake_trouble", "left_in_silence", "names_in", "read_tls"]

TLS_OPTIONS: Final = ("tls", "ca", "cert", "key", "server_name")
"""What they are called in the options of an address; the secret ``key_password`` belongs to them."""

LONGEST: Final = 1024

TROUBLES: Final = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": 'it shows no certificate, and "ca" wants one',
    **dict.fromkeys(("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"), "it does not speak TLS"),
    **dict.fromkeys(
        ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"), "it speaks no version of TLS that is new enough"
    ),
}
"""What OpenSSL calls it → what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How TLS is spoken with one cabinet.

    Parameters
    ----------
    protocol
        What is spoken behind it, for messages.
    least
        The oldest version that is spoken.
    ca
        A file of certificates that are trusted; empty = those that the machine trusts.
    cert, key
        Files of the own certificate, with its chain, and of its key; empty = none, and the key is in `cert`.
    server_name
        What the certificate of the other side must be for, where we connect; empty = its host.
    key_password
        Secret.
    """

    protocol: str
    least: ssl.TLSVersion
    ca: str = ""
    cert: str = ""
    key: str = ""
    server_name: str = ""
    key_password: str = field(default="", repr=False)

    def client(self) -> ssl.SSLContext:
        """Return how TLS is spoken by whoever connects.

        Raises
        ------
        InputError
            When a file cannot be read, or is no certificate.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = self.least
        if self.ca:
            self._trust(context)
        else:
            context.load_default_certs()
        if self.cert:
            self._own(context)
        return context

    def server(self) -> ssl.SSLContext:
        """Return how TLS is spoken by whoever listens.

        Raises
        ------
        InputError
            When a file cannot be read, or is no certificate, or there is none.
        """
        if not self.cert:
            raise InputError(f'{self.protocol}: option "cert": who listens and speaks TLS needs a certificate')
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = self.least
        self._own(context)
        if self.ca:
            self._trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _trust(self, context: ssl.SSLContext) -> None:
        self._check_regular("ca", self.ca)
        try:
            context.load_verify_locations(cafile=self.ca)
        except OSError as error:
            raise InputError(
                f'{self.protocol}: option "ca": {self.ca} holds no certificates ({error.strerror})'
            ) from None

    def _own(self, context: ssl.SSLContext) -> None:
        self._check_regular("cert", self.cert)
        self._check_regular("key", self.key)
        # A password is always given, so that a key that needs one is an error and no question at the terminal.
        try:
            context.load_cert_chain(self.cert, self.key or None, password=self.key_password)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "they do not fit, or the password is wrong"
            files = f"{self.cert}, {self.key or 'no key'}"
            raise InputError(f'{self.protocol}: options "cert", "key": {files}: {why}') from None

    def _check_regular(self, option: str, file: str) -> None:
        try:
            check_regular(Path(file))
        except FileError as error:
            raise InputError(f'{self.protocol}: option "{option}": {error}') from None


def read_tls(
    protocol: str, options: Mapping[str, object], secrets: Mapping[str, str], least: ssl.TLSVersion
) -> Tls | None:
    """Read what an address says of TLS; None where it says nothing.

    Parameters
    ----------
    protocol
        What is spoken behind it, for messages.
    options, secrets
        Of the address; what is not about TLS is left alone.
    least
        The oldest version that the protocol allows.

    Raises
    ------
    InputError
        Naming the option and what was expected.
    """
    files = {name: _text(protocol, options, name) for name in TLS_OPTIONS[1:] if name in options}
    wanted = options.get("tls", bool(files))
    if not isinstance(wanted, bool):
        raise InputError(f'{protocol}: option "tls": expected true or false')
    if not wanted and files:
        raise InputError(f'{protocol}: option "tls": expected true where certificates are given')
    if not wanted:
        return None
    return Tls(protocol=protocol, least=least, key_password=secrets.get("key_password", ""), **files)


def names_in(certificate: Mapping[str, Any] | None) -> frozenset[str]:
    """Return whom a verified certificate is for: its DNS names and its common names; nobody where there is none.

    Parameters
    ----------
    certificate
        As `ssl.SSLSocket.getpeercert` has it.
    """
    found = certificate or {}
    alternatives = {str(value) for kind, value in found.get("subjectAltName", ()) if kind == "DNS"}
    subject = {str(value) for part in found.get("subject", ()) for kind, value in part if kind == "commonName"}
    return frozenset(alternatives | subject)


def handshake_trouble(error: OSError) -> str:
    """Say why a handshake has failed; nothing that the other side wrote is in it.

    Parameters
    ----------
    error
        What `asyncio` raised.
    """
    reason = (getattr(error, "reason", None) or "") if isinstance(error, ssl.SSLError) else ""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message or reason}"
    if reason in TROUBLES:
        return TROUBLES[reason]
    if "ALERT" in reason:
        return f"it does not accept our certificate, or wants one of ours ({reason.lower()})"
    if reason:
        return f"TLS failed ({reason.lower()})"
    return "it left in the middle of the TLS handshake: it may speak no TLS, or not accept our certificate"


def left_in_silence(tls: ssl.SSLContext | None) -> str:
    """Say why somebody may have left who has said nothing. In TLS 1.3 our certificate is refused after our handshake.

    Parameters
    ----------
    tls
        How he was spoken to; None = without.
    """
    may = "or speak TLS only" if tls is None else "not accept our certificate, or want one of ours"
    return f"before it said anything: it may not let us in, {may}"


def _text(protocol: str, options: Mapping[str, object], name: str) -> str:
    value = options[name]
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise InputError(f'{protocol}: option "{name}": expected a text')
    return value
