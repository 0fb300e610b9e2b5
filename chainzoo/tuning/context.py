"""Where a fine-tuning writes its files, who listens to it, and who may stop it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chainzoo.tuning.events import OnEvent, ignore_event


def never() -> bool:
    """Return ``False``: the run is not to be stopped."""
    return False


@dataclass(frozen=True, slots=True)
class RunContext:
    """The surroundings of one fine-tuning.

    Checkpoints and the tuned model are written to ``workdir``. ``on_event`` receives each event.
    ``should_stop`` is asked after each step. With ``resume`` training continues from the last
    complete checkpoint in ``workdir``, to the same result as an uninterrupted run.
    """

    workdir: Path
    on_event: OnEvent = ignore_event
    should_stop: Callable[[], bool] = never
    resume: bool = False
