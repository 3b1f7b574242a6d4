"""Objects for net-snmp's agent, by its `pass_persist` protocol: started by `snmpd`, it keeps what is written to it.

    python pass_persist_store.py TABLE.json

The table is a list of [identifier, type, value, writable]. Nothing of `signals` is imported here: this is the peer's side.
"""

from __future__ import annotations

import json
import sys
from bisect import bisect_right
from pathlib import Path


def arcs(text: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in text.strip(".").split("."))


def main(path: str) -> None:
    table = {arcs(oid): [kind, value, writable] for oid, kind, value, writable in json.loads(Path(path).read_text())}
    order = sorted(table)

    def said(oid: tuple[int, ...] | None) -> str:
        if oid is None:
            return "NONE\n"
        return f".{'.'.join(map(str, oid))}\n{table[oid][0]}\n{table[oid][1]}\n"

    while line := sys.stdin.readline():
        word = line.strip()
        if not word:  # comes behind every value that is set
            continue
        if word == "PING":
            answer = "PONG\n"
        elif word == "get":
            oid = arcs(sys.stdin.readline())
            answer = said(oid if oid in table else None)
        elif word == "getnext":
            at = bisect_right(order, arcs(sys.stdin.readline()))
            answer = said(order[at] if at < len(order) else None)
        elif word == "set":
            oid, (kind, _, value) = arcs(sys.stdin.readline()), sys.stdin.readline().strip().partition(" ")
            if oid not in table or not table[oid][2]:
                answer = "not-writable\n"
            elif kind != table[oid][0]:
                answer = "wrong-type\n"
            else:
                table[oid][1] = value
                answer = "DONE\n"
        else:
            answer = "NONE\n"
        sys.stdout.write(answer)
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
