"""The workers: processes of this machine, or those of a Dask cluster.

Dask gives an order to another worker if the one that has it is lost, and gives up after the third loss (its setting
``distributed.scheduler.allowed-failures``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from flake8_forward_call.files import scratch
from flake8_forward_call.scanning.records import Order, Outcome, State
from flake8_forward_call.scanning.running import run
from flake8_forward_call.terminal.trouble import reason

# In seconds: how long to wait for an answer of the scheduler.
_PATIENCE = 10


class ClusterError(Exception):
    """There is no cluster to work on; the text says why, and what can be done."""


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[Any]:
    """A client of the scheduler at this address, or of as many new processes of this machine. Raises ClusterError."""
    try:
        import cryptography  # noqa: F401 (Dask imports it late.)
        import dask
        from distributed import Client, LocalCluster, Security
    except ImportError as error:
        raise ClusterError(
            f"scan needs Dask, which cannot be imported ({error}): python -m pip install 'flake8-forward-call[dask]'"
        ) from None
    # What becomes of a worker is told by the outcome of its project.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        if scheduler is not None:
            try:
                client = stack.enter_context(Client(scheduler, timeout=_PATIENCE))
            except (OSError, ValueError) as error:
                told = reason(error) if isinstance(error, OSError) else str(error)
                raise ClusterError(f"no scheduler answers at {scheduler}: {told}") from None
            yield client
            return
        folder, remove = scratch.make()
        stack.callback(remove)
        # A worker has one order at a time, so only that one is lost with it.
        stack.enter_context(dask.config.set({"distributed.scheduler.worker-saturation": 1.0}))
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
            local_directory=str(folder),
            # Only who has the key, which is never stored, can give orders to these processes.
            security=Security.temporary(),
        )
        yield stack.enter_context(Client(stack.enter_context(cluster)))


def outcomes(client: Any, orders: Sequence[Order]) -> Iterator[tuple[int, Outcome]]:
    """Yield the outcome of each order as it comes, with the index of the order."""
    from distributed import as_completed

    futures = client.map(run, orders, pure=False, key=None)
    numbers = {future.key: number for number, future in enumerate(futures)}
    coming = as_completed(futures, with_results=True, raise_errors=False)
    del futures  # The scheduler forgets a result when nobody has its future any more.
    for future, result in coming:
        yield numbers[future.key], _outcome(future.status, result)


def _outcome(status: str, result: object) -> Outcome:
    if isinstance(result, Outcome):
        return result
    if isinstance(result, tuple) and len(result) == 3:  # As from `sys.exc_info`.
        result = result[1]
    if type(result).__name__ == "KilledWorker":
        return Outcome(State.DIED, reason="each worker that checked it was lost")
    if isinstance(result, Exception):
        return Outcome(State.DIED, reason=f"the worker could not check it: {type(result).__name__}: {result}")
    return Outcome(State.DIED, reason=f"the cluster has lost it ({status})")
