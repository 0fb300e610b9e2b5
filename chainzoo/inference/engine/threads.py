"""How many threads a forward pass gets."""

from __future__ import annotations

import os

MAX_WORKERS = 4
"""Workers also wait for the interpreter's lock; more cores give each worker more threads."""


def physical_cores() -> int:
    """Cores that this process may use, or the number in ``OMP_NUM_THREADS``.

    Two hardware threads of one core share its multipliers: more threads than cores are slower.
    """
    import psutil

    configured = os.environ.get("OMP_NUM_THREADS", "")
    if configured.isdecimal():
        return max(1, int(configured))
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(psutil.cpu_count(logical=False) or 1, allowed or 1))


def worker_count() -> int:
    """How many batches go through shared bases at once: up to one for each core; one on a GPU."""
    from chainzoo.modeling.precision import device

    return 1 if device().type != "cpu" else min(physical_cores(), MAX_WORKERS)


def limit_threads(count: int) -> None:
    """Give forward passes in the calling thread ``count`` threads; each thread sets its own.

    ``torch.set_num_threads`` would change it for MKL and for all later threads, too.
    """
    import torch
    from threadpoolctl import ThreadpoolController

    torch.get_num_threads()  # The first call in a thread sets its number; only then can it change.
    ThreadpoolController().select(user_api="openmp").limit(limits=max(1, count))
