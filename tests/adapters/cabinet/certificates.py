"""Certificates made for one test."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import trustme

__all__ = ["CLIENT", "COMMON_NAME", "Papers", "papers"]

CLIENT = "client.example"
COMMON_NAME = {"server": "the one who listens", "client": "RN+SI0001"}


class Papers(NamedTuple):
    """Files of an authority, and of one who listens and one who connects that it knows: options of an address."""

    ca: str
    server: dict[str, str]
    client: dict[str, str]


def papers(folder: Path) -> Papers:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    names = {}
    for who, name in (("server", "localhost"), ("client", CLIENT)):
        issued = authority.issue_cert(name, common_name=COMMON_NAME[who])
        issued.private_key_pem.write_to_path(folder / f"{who}.key")
        for number, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(folder / f"{who}.pem", append=number > 0)
        names[who] = {"cert": str(folder / f"{who}.pem"), "key": str(folder / f"{who}.key")}
    return Papers(str(folder / "ca.pem"), names["server"], names["client"])
