"""Where runs happen: in processes of this machine, or of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

from signals.errors import InputError, MissingDependencyError
from signals.jobs import Message, run_jobs

__all__ = ["DASK", "LOCAL", "Hear", "messages_of", "run_payloads"]

LOCAL, DASK = "local", "dask"

Hear = Callable[[int, Message], None]
"""Called with the number of a payload and a message of its worker (`signals.jobs.run_jobs`)."""

_WORKER = "signals.worker"
_RETRIES = 3


def run_payloads(engine: str, payloads: Sequence[bytes], at_once: int, hear: Hear) -> None:
    """Have every payload worked off, each in a process of its own.

    Parameters
    ----------
    engine
        ``local``; ``dask`` (a cluster of worker processes on this machine, for as long as it takes); or the address of
        a Dask scheduler, such as ``tcp://10.0.0.1:8786``, whose workers see the same files.
    payloads
        What workers are told (`signals.worker.Work`, pickled).
    at_once
        How many at the same time; a cluster that is there already does as many as it has threads.
    hear
        Called in this process. On a cluster the messages of a run come when it is over.

    Raises
    ------
    InputError, MissingDependencyError
        When there is no such engine.
    KeyboardInterrupt
        Passed on after every process has been stopped.
    """
    if engine == LOCAL:
        run_jobs(_WORKER, payloads, at_once, hear)
    elif engine == DASK or "://" in engine:
        _run_on_cluster("" if engine == DASK else engine, payloads, at_once, hear)
    else:
        raise InputError(f'unknown engine "{engine}": expected {LOCAL}, {DASK}, or the address of a Dask scheduler')


def messages_of(payload: bytes) -> list[Message]:
    """Have one payload worked off in a process of its own, wherever this is called; return what it said."""
    said: list[Message] = []
    run_jobs(_WORKER, [payload], 1, lambda _, message: said.append(message))
    return [message for message in said if "share" not in message]


def _run_on_cluster(address: str, payloads: Sequence[bytes], at_once: int, hear: Hear) -> None:
    if find_spec("distributed") is None:
        raise MissingDependencyError('Dask is not installed; run pip install "signals[dask]"')
    from distributed import Client, LocalCluster, as_completed  # noqa: PLC0415  optional and heavy

    def work(client: Client) -> None:
        # A run that dies with its worker is given to another one, a few times.
        futures = {
            client.submit(messages_of, payload, pure=False, retries=_RETRIES): number
            for number, payload in enumerate(payloads)
        }
        for future in as_completed(futures):
            for message in future.result():
                hear(futures[future], message)
            future.release()

    if not payloads:
        return
    if address:
        with Client(address) as client:
            work(client)
        return
    with (
        LocalCluster(n_workers=max(at_once, 1), threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        work(client)
