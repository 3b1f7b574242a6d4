"""TLS verifies what it should, and a file that is none is named."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509  # comes with trustme
from cryptography.hazmat.primitives import serialization as form

from signals.adapters.cabinet.tls import Tls, handshake_trouble, names_in, read_tls
from signals.errors import InputError
from tests.adapters.cabinet.certificates import papers

LEAST = ssl.TLSVersion.TLSv1_3


def told(secrets: dict[str, str] | None = None, **options: Any) -> Tls | None:
    return read_tls("proto", options, secrets or {}, LEAST)


def tls_of(secrets: dict[str, str] | None = None, **options: Any) -> Tls:
    found = told(secrets, **options)
    assert found is not None
    return found


def test_there_is_none_unless_somebody_says_so() -> None:
    assert told(groups=["1"]) is None
    assert told(tls=False) is None
    assert tls_of(tls=True).ca == ""
    assert tls_of(ca="ca.pem", server_name="tlc").server_name == "tlc"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"tls": "yes"}, 'proto: option "tls": expected true or false'),
        ({"tls": False, "ca": "ca.pem"}, 'option "tls": expected true where certificates are given'),
        ({"ca": ""}, 'option "ca": expected a text'),
        ({"cert": 3}, 'option "cert": expected a text'),
        ({"key": "x" * 1025}, 'option "key": expected a text'),
    ],
)
def test_what_is_no_option_is_named(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        told(**options)


def test_whoever_is_connected_to_is_always_verified(tmp_path: Path) -> None:
    made = papers(tmp_path)
    for options in ({"tls": True}, {"ca": made.ca}, {"ca": made.ca, **made.client}):
        context = tls_of(**options).client()
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version is LEAST


def test_whoever_connects_is_verified_where_there_is_an_authority(tmp_path: Path) -> None:
    made = papers(tmp_path)
    alone, mutual = tls_of(**made.server).server(), tls_of(ca=made.ca, **made.server).server()
    assert (alone.verify_mode, mutual.verify_mode) == (ssl.CERT_NONE, ssl.CERT_REQUIRED)
    assert alone.minimum_version is mutual.minimum_version is LEAST


def test_what_is_wrong_with_a_file_is_named(tmp_path: Path) -> None:
    made, nothing = papers(tmp_path), tmp_path / "nothing.pem"
    with pytest.raises(InputError, match='proto: option "cert": who listens'):
        tls_of(tls=True).server()
    with pytest.raises(InputError, match=r'"ca": .*nothing.pem holds no certificates \(No such file'):
        tls_of(ca=str(nothing)).client()
    nothing.write_text("nothing")
    with pytest.raises(InputError, match='"ca"'):
        tls_of(ca=str(nothing)).client()
    with pytest.raises(InputError, match=r'"cert", "key": .*nothing.pem'):
        tls_of(ca=made.ca, cert=str(nothing)).client()
    with pytest.raises(InputError, match='"cert", "key"'):
        tls_of(cert=made.server["cert"], key=made.client["key"]).server()
    with pytest.raises(InputError, match="No such file"):
        tls_of(cert=str(tmp_path / "none.pem")).server()


def test_a_named_pipe_is_no_certificate_and_is_not_waited_for(tmp_path: Path) -> None:
    made, pipe = papers(tmp_path), str(tmp_path / "pipe")
    os.mkfifo(pipe)
    for options in ({"ca": pipe}, {"cert": pipe}, {"cert": made.server["cert"], "key": pipe}):
        with pytest.raises(InputError, match=r'proto: option ".*pipe" is a named pipe'):
            tls_of(**options).client()


def test_a_key_with_a_password(tmp_path: Path) -> None:
    made = papers(tmp_path)
    key = form.load_pem_private_key(Path(made.server["key"]).read_bytes(), None)
    locked = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(b"canary"))
    Path(made.server["key"]).write_bytes(locked)
    right = tls_of({"key_password": "canary"}, **made.server)
    assert "canary" not in repr(right)
    assert right.server() is not None
    for wrong in ("wrong-canary", ""):
        with pytest.raises(InputError) as caught:
            tls_of({"key_password": wrong}, **made.server).server()
        assert "canary" not in str(caught.value)


def test_whom_a_certificate_is_for() -> None:
    name = (("organizationName", "O"),), (("commonName", "RN+SI0001"),)
    others = ("DNS", "site.example"), ("IP Address", "10.0.0.1")
    assert names_in({"subject": name, "subjectAltName": others}) == {"RN+SI0001", "site.example"}
    assert names_in({}) == names_in(None) == frozenset()


def test_the_certificates_of_these_tests_name_whom_they_say(tmp_path: Path) -> None:
    found = x509.load_pem_x509_certificate(Path(papers(tmp_path).client["cert"]).read_bytes())
    assert "RN+SI0001" in found.subject.rfc4514_string().replace("\\", "")


def ssl_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, "canary of the library")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", 'it shows no certificate, and "ca" wants one'),
        ("WRONG_VERSION_NUMBER", "it does not speak TLS"),
        ("UNSUPPORTED_PROTOCOL", "no version of TLS that is new enough"),
        ("TLSV1_ALERT_UNKNOWN_CA", r"does not accept our certificate, .*\(tlsv1_alert_unknown_ca\)"),
        ("NO_SHARED_CIPHER", r"TLS failed \(no_shared_cipher\)"),
    ],
)
def test_why_a_handshake_failed_is_said_in_our_words(reason: str, sentence: str) -> None:
    said = handshake_trouble(ssl_error(reason))
    assert re.search(sentence, said)
    assert "canary" not in said


def test_a_certificate_that_is_not_accepted_and_a_peer_that_leaves_are_told_apart() -> None:
    error = ssl.SSLCertVerificationError(1, "canary")
    error.verify_message = "certificate has expired"
    assert handshake_trouble(error) == "its certificate is not accepted: certificate has expired"
    for gone in (ConnectionResetError("canary"), ConnectionAbortedError("canary"), TimeoutError(), ssl.SSLError()):
        assert handshake_trouble(gone).startswith("it left in the middle of the TLS handshake")
