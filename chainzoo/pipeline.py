"""Start here: the whole way of a model, from a file to something that can be called.

    find → fetch → read → split → tune → evaluate → publish → call

Every step is a function of a package below this module. The command line, the runs in the
background and the agent's tools all call :func:`fine_tune`.

>>> card = Catalog.load(home).find(task="text-classification", max_size_mb=100)[0]     # find
>>> job = TuningJob(Recipe(model=card.id, name="tickets"), "tickets.csv", workdir)
>>> record = fine_tune(home, job)                                                      # the rest
>>> open_predictor(home, record.ref).invoke("Where is my parcel?").label               # call
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chainzoo.data.holdout import read_training_data
from chainzoo.data.table import check_trainable
from chainzoo.evaluation import save_report
from chainzoo.evaluation.parity import check_parity
from chainzoo.evaluation.tuned import evaluate_tuned
from chainzoo.home import Home
from chainzoo.registry import Lineage, ModelRecord, Registry
from chainzoo.registry.names import name_from
from chainzoo.registry.records import installed_packages
from chainzoo.tasks import get_task
from chainzoo.tuning import Recipe
from chainzoo.tuning.base_checkpoint import load_base_checkpoint
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.events import OnEvent, TuningEvent, ignore_event
from chainzoo.tuning.splits import split_data
from chainzoo.tuning.training_data import TrainingData


@dataclass(frozen=True, slots=True)
class TuningJob:
    """One fine-tuning: its recipe, its data, and the folder for its checkpoints.

    ``test`` is a file to evaluate on instead of a part of ``data``. ``run`` is the id of the run
    that the job belongs to. With ``resume`` the job continues from the last checkpoint.
    """

    recipe: Recipe
    data: str
    workdir: Path
    test: str | None = None
    run: str | None = None
    resume: bool = False


def fine_tune(
    home: Home,
    job: TuningJob,
    on_event: OnEvent = ignore_event,
    should_stop: Callable[[], bool] = lambda: False,
) -> ModelRecord:
    """Fine-tune, evaluate and publish a model; return its record in the registry.

    Raises:
        ChainZooError: a step failed; ``chainzoo/errors.py`` has the kinds.
    """
    from chainzoo.tuning.curves import plot_curves
    from chainzoo.tuning.defaults import resolve_recipe
    from chainzoo.tuning.tune import tune

    # read
    table = read_training_data(home, job.data, job.recipe.read_options)
    check_trainable(table)
    for warning in (*table.warnings, *table.doubts):
        on_event(TuningEvent("warning", {"message": warning}))
    task = get_task(table.task)
    recipe = job.recipe.for_task(table.task)
    name = recipe.name or name_from(table.name)

    # fetch
    base = load_base_checkpoint(home, recipe.model or "", task)

    # split
    parts = split_data(home, table, recipe, job.test)
    labels = task.label_space(parts.train, table.multi_label)
    task.validate(parts.dev, labels)
    data = TrainingData(parts.train, parts.dev, labels, (*table.warnings, *table.doubts))

    # tune
    recipe = resolve_recipe(recipe.with_values(name=name), base, len(parts.train))
    context = RunContext(job.workdir, on_event, should_stop, job.resume)
    tuned = tune(recipe, data, base, context)

    # evaluate
    evaluation = evaluate_tuned(tuned, base, data)
    plot_curves(tuned.history, tuned.folder / "curves.png")
    save_report(evaluation.report, tuned.folder)
    check_parity(tuned, base, evaluation, job.workdir)

    # publish
    lineage = Lineage(
        data_name=table.name,
        data_sha256=table.sha256,
        recipe=recipe.model_dump(mode="json"),
        base=base.card,
        base_sha256=base.sha256,
        packages=installed_packages(),
        run=job.run,
        held_out_rows=table.held_out_rows,
    )
    report = evaluation.report.as_dict()
    return Registry(home).publish(
        name, tuned.folder, lineage, report, task=task.name, method=recipe.method
    )
