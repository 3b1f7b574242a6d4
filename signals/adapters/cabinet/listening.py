"""The end of a server: nobody who was just taken is forgotten."""

from __future__ import annotations

import asyncio

__all__ = ["stop_listening"]

TURNS = 3
"""Of the loop, until everybody who was taken belongs to the server."""


async def stop_listening(server: asyncio.Server) -> None:
    """Take nobody any more, and close a server.

    `asyncio.Server.close` forgets whoever was taken in the same moment, with an open socket (Python 3.11).

    Parameters
    ----------
    server
        The server; closing it again does nothing.
    """
    loop = asyncio.get_running_loop()
    for listener in server.sockets:
        loop.remove_reader(listener.fileno())
    for _ in range(TURNS):
        await asyncio.sleep(0)
    server.close()
