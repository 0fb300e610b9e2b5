"""A model that is still being tuned, waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainzoo.agent.tools.factory import progress
from chainzoo.errors import UnknownModelError, UnknownRunError
from chainzoo.registry.runs import ACTIVE_STATES

if TYPE_CHECKING:
    from chainzoo.runs import Run
    from chainzoo.zoo import Zoo


def find_run(zoo: Zoo, run: str | None) -> Run:
    """A run by its id, by ``name@version``, or the latest of that name; without one, the latest.

    Raises:
        UnknownRunError: there is none. UnknownModelError: there is no such version.
    """
    runs = zoo.runs()
    if run is None and runs:
        return runs[0]
    # A version or an alias stands for the run that made it.
    made = zoo.describe(run).lineage.run if run and "@" in run else None
    for found in runs:
        if found.id in (run, made) or found.record.name == run:
            return found
    known = ", ".join(found.id for found in runs[:5])
    raise UnknownRunError(
        f"There is no run {run!r}." if run else "Nothing has been tuned yet.",
        remedy=f"The latest are {known}." if known else "Begin one by tuning on a file.",
    )


def when_tuned(zoo: Zoo, model: str) -> str:
    """``name@version`` of a model; one that is being tuned now is waited for.

    Raises:
        UnknownModelError: there is none, and none on the way.
    """
    for run in zoo.runs() if "@" not in model else []:
        record = run.record
        if record.name == model and record.state in ACTIVE_STATES:
            for event in run.events():
                if event.kind == "step":
                    progress(tuning=model, step=event.values["step"], of=event.values["steps"])
            return run.wait().ref
    try:
        return zoo.describe(model).ref
    except UnknownModelError as error:
        names = sorted({found.name for found in zoo.models()})
        known = f"There are {', '.join(names)}." if names else "None has been tuned yet."
        raise UnknownModelError(error.message, remedy=known) from None
