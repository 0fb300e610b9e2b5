"""How many threads a forward pass gets."""

from __future__ import annotations

import os

MOST_LANES = 4  # Each also waits for the interpreter's lock; more cores give each more threads.


def physical_cores() -> int:
    """Cores that this process may use; told otherwise by ``OMP_NUM_THREADS``, as told.

    Two hardware threads of one core share its multipliers: more threads than cores are slower.
    """
    import psutil

    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdecimal():
        return max(1, int(told))
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(psutil.cpu_count(logical=False) or 1, allowed or 1))


def lanes() -> int:
    """How many batches go through shared bases at once: one a core, some; one on a card."""
    from chainzoo.modeling.precision import device

    return 1 if device().type != "cpu" else min(physical_cores(), MOST_LANES)


def use_cores(count: int) -> None:
    """A forward pass in this thread gets so many; each thread must ask for itself.

    ``torch.set_num_threads`` would change it for MKL and for all threads to come, too.
    """
    import torch
    from threadpoolctl import ThreadpoolController

    torch.get_num_threads()  # The first question in a thread sets its number; only then is it ours.
    ThreadpoolController().select(user_api="openmp").limit(limits=max(1, count))
