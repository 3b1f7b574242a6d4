"""TLS verifies what it should, and a file that is none is named."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form  # comes with trustme

from signals.adapters.tlcfi.settings import Settings, read_settings
from signals.adapters.tlcfi.tls import client_context, server_context
from signals.errors import InputError
from tests.adapters.tlcfi.certificates import papers
from tests.adapters.tlcfi.pairs import plain
from tests.adapters.tlcfi.places import crossing


def settings_of(secrets: dict[str, str] | None = None, **options: Any) -> Settings:
    return read_settings(crossing(), plain(options, secrets))


def test_without_tls_there_is_none() -> None:
    assert client_context(settings_of()) is None
    assert server_context(settings_of()) is None


def test_a_tlc_is_always_verified(tmp_path: Path) -> None:
    made = papers(tmp_path)
    for options in ({"tls": True}, {"ca": made.ca}, {"ca": made.ca, **made.application}):
        context = client_context(settings_of(**options))
        assert context is not None
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_applications_are_verified_where_there_is_an_authority(tmp_path: Path) -> None:
    made = papers(tmp_path)
    alone, mutual = server_context(settings_of(**made.tlc)), server_context(settings_of(ca=made.ca, **made.tlc))
    assert alone is not None
    assert mutual is not None
    assert (alone.verify_mode, mutual.verify_mode) == (ssl.CERT_NONE, ssl.CERT_REQUIRED)
    assert alone.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    made, nothing = papers(tmp_path), tmp_path / "nothing.pem"
    with pytest.raises(InputError, match='"cert": a virtual TLC'):
        server_context(settings_of(tls=True))
    with pytest.raises(InputError, match=r'"ca": .*nothing.pem holds no certificates \(No such file'):
        client_context(settings_of(ca=str(nothing)))
    nothing.write_text("nothing")
    with pytest.raises(InputError, match='"ca"'):
        client_context(settings_of(ca=str(nothing)))
    with pytest.raises(InputError, match=r'"cert", "key": .*nothing.pem'):
        client_context(settings_of(ca=made.ca, cert=str(nothing)))
    with pytest.raises(InputError, match='"cert", "key"'):
        server_context(settings_of(cert=made.tlc["cert"], key=made.application["key"]))
    with pytest.raises(InputError, match="No such file"):
        server_context(settings_of(cert=str(tmp_path / "none.pem")))


def test_a_key_with_a_password(tmp_path: Path) -> None:
    made = papers(tmp_path)
    key = form.load_pem_private_key(Path(made.tlc["key"]).read_bytes(), None)
    locked = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(b"canary"))
    Path(made.tlc["key"]).write_bytes(locked)
    assert server_context(settings_of({"key_password": "canary"}, **made.tlc)) is not None
    for wrong in ("wrong-canary", ""):
        with pytest.raises(InputError) as caught:
            server_context(settings_of({"key_password": wrong}, **made.tlc))
        assert "canary" not in str(caught.value)
