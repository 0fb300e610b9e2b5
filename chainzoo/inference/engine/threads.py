"""How many threads a forward pass gets."""

from __future__ import annotations

import os


def use_physical_cores() -> None:
    """A thread a physical core, of those that this process may use; told otherwise, as told.

    Two hardware threads of one core share its multipliers: more threads than cores are slower.
    ``OMP_NUM_THREADS`` goes before. Each thread that computes must call this for itself.
    """
    import psutil
    import torch

    if os.environ.get("OMP_NUM_THREADS"):
        return
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    torch.set_num_threads(max(1, min(psutil.cpu_count(logical=False) or 1, allowed or 1)))
