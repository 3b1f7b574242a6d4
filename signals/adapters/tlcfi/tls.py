"""TLS in front of TLC-FI, with certificates on both sides where they are given."""

from __future__ import annotations

import ssl

from signals.adapters.tlcfi.settings import Settings
from signals.errors import InputError

__all__ = ["client_context", "server_context"]


def client_context(settings: Settings) -> ssl.SSLContext | None:
    """Return how an application speaks TLS; `None` where it speaks none.

    The TLC is always verified: by ``ca`` where it is given, else by what the machine trusts.

    Raises
    ------
    InputError
        When a file cannot be read, or is no certificate.
    """
    if not settings.tls:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _trust(context, settings)
    if settings.tls.get("cert"):
        _own(context, settings)
    return context


def server_context(settings: Settings) -> ssl.SSLContext | None:
    """Return how a virtual TLC speaks TLS; `None` where it speaks none. With ``ca``, applications need a certificate.

    Raises
    ------
    InputError
        When a file cannot be read, or is no certificate, or there is none.
    """
    if not settings.tls:
        return None
    if not settings.tls.get("cert"):
        raise InputError('tlcfi: option "cert": a virtual TLC that speaks TLS needs a certificate')
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _own(context, settings)
    if settings.tls.get("ca"):
        _trust(context, settings)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _trust(context: ssl.SSLContext, settings: Settings) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not settings.tls.get("ca"):
        context.load_default_certs()
        return
    try:
        context.load_verify_locations(cafile=settings.tls["ca"])
    except OSError as error:
        raise InputError(f'tlcfi: option "ca": {settings.tls["ca"]} holds no certificates ({error.strerror})') from None


def _own(context: ssl.SSLContext, settings: Settings) -> None:
    # A password is always given, so that a key that needs one is an error and no question at the terminal.
    cert, key = settings.tls["cert"], settings.tls.get("key")
    try:
        context.load_cert_chain(cert, key, password=settings.key_password)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "they do not fit, or the password is wrong"
        raise InputError(f'tlcfi: options "cert", "key": {cert}, {key or "no key"}: {why}') from None
