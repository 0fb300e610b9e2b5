"""Identify processes: is the process that wrote a row still alive?"""

from __future__ import annotations

import socket


def hostname() -> str:
    """Return the name of this machine, as the registry's rows carry it."""
    return socket.gethostname()


def process_start(pid: int | None) -> float | None:
    """Return when a process of this machine started, in seconds since 1970; ``None`` if it is gone.

    A pid is given again to later processes; the pair of pid and start time is not.
    """
    import psutil

    try:
        process = psutil.Process(pid) if pid else None
        if process is None or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return round(float(process.create_time()), 1)
    except psutil.Error:
        return None
