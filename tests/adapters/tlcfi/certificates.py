"""Certificates made for one test."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import trustme

__all__ = ["Papers", "papers"]


class Papers(NamedTuple):
    """Files of an authority, and of a TLC and an application that it knows."""

    ca: str
    tlc: dict[str, str]
    application: dict[str, str]


def papers(folder: Path) -> Papers:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    names = {}
    for who, name in (("tlc", "localhost"), ("application", "application.example")):
        issued = authority.issue_cert(name)
        issued.private_key_pem.write_to_path(folder / f"{who}.key")
        for number, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(folder / f"{who}.pem", append=number > 0)
        names[who] = {"cert": str(folder / f"{who}.pem"), "key": str(folder / f"{who}.key")}
    return Papers(str(folder / "ca.pem"), names["tlc"], names["application"])
