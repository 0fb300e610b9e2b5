"""``Zoo``: everything that ChainZoo does, as methods of one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.catalog import Catalog, ModelCard
from chainzoo.catalog.fetch import ignore_progress
from chainzoo.catalog.sources import Progress
from chainzoo.data import ReadOptions
from chainzoo.home import Home
from chainzoo.interfaces import ModelInterfaces
from chainzoo.tuning import Recipe

if TYPE_CHECKING:
    from chainzoo.data.holdout import HeldOutSet
    from chainzoo.data.inspection import Inspection
    from chainzoo.evaluation import Report
    from chainzoo.evaluation.paired import PairedComparison
    from chainzoo.hpo import SearchSpace, SweepResult
    from chainzoo.hpo.trial import OnTrialEvent
    from chainzoo.registry import ModelRecord, TestSetUse
    from chainzoo.runs import Run
    from chainzoo.selection import Advice, Comparison


class Zoo(ModelInterfaces):
    """A home folder and what can be done in it. Cheap to create; models are loaded when called.

    How to call tuned models is inherited: see ``ModelInterfaces``.

    In all methods ``ref`` is ``name``, ``name@version`` or ``name@alias`` of a tuned model, and
    ``data`` a path, ``hub:name``, rows, a DataFrame or a Dataset. Keyword ``options`` beside data
    are fields of ``ReadOptions``; they override what is inferred. Errors are ``ChainZooError``s:
    ``UnknownModelError`` for a ``ref``, ``UnknownCardError`` for a card, ``DataError`` for data,
    ``OptionError`` for an option.
    """

    def __init__(self, home: str | Path | Home | None = None) -> None:
        """Use the home at a path; by default ``CHAINZOO_HOME`` or ``~/.chainzoo``."""
        super().__init__(Home.resolve(home))

    @property
    def catalog(self) -> Catalog:
        """The model cards: those of the package and the user's own."""
        return Catalog.load(self.home)

    # Cards and weights

    def find(self, query: str | None = None, **facts: Any) -> list[ModelCard]:
        """Find cards by ``task``, ``language``, ``license``, ``max_size_mb``, ranked by ``query``."""
        from chainzoo.modeling.card_ranking import CardRanker

        return self.catalog.find(query=query, rank=CardRanker(self.home), **facts)

    def card(self, card_id: str) -> ModelCard:
        """Return a card by its id."""
        return self.catalog.get(card_id)

    def fetch(self, card_id: str, progress: Progress = ignore_progress) -> Path:
        """Return the folder of a card's weights; download and verify them when they are missing.

        Raises:
            FetchError: no source of the card delivered the weights.
        """
        from chainzoo.modeling.references import fetch_weights

        return fetch_weights(self.card(card_id), self.home, progress)

    # Data

    def inspect(self, data: Any, *, against: Any = None, **options: Any) -> Inspection:
        """Report what is in a data set and what is wrong with it, and what it shares with another."""
        from chainzoo.data.inspection import inspect_data

        return inspect_data(data, ReadOptions.of(**options), against=against)

    def hold_out(self, data: Any, share: float = 0.1, **options: Any) -> HeldOutSet:
        """Hold out a share of the rows for the final evaluation; all other methods leave them out."""
        from chainzoo.data.holdout import hold_out

        return hold_out(self.home, data, share, ReadOptions.of(**options))

    # Tuning

    def tune(
        self,
        data: Any,
        *,
        test: str | Path | None = None,
        recipe: Recipe | str | Path | None = None,
        **settings: Any,
    ) -> Run:
        """Start a fine-tuning in a process of its own and return its run at once.

        ``recipe`` is a recipe or a TOML file; ``settings`` are fields of a recipe and override it.
        ``test`` is a file to evaluate on, instead of a part of ``data``.

        Raises:
            RecipeError: a setting is invalid, or the card cannot be the base for the task.
        """
        from chainzoo.data.write import write_rows
        from chainzoo.runs import start
        from chainzoo.tuning.preflight import preflight

        in_memory = not isinstance(data, str | Path)
        source = str(write_rows(data, self.home.cache / "data") if in_memory else data)
        test = str(test) if test is not None else None
        checked = preflight(self.home, Recipe.load(recipe, **settings), source, test)
        return start(self.home, checked, source, test)

    def sweep(
        self,
        data: Any,
        *,
        trials: int = 20,
        timeout: float | None = None,
        space: SearchSpace | Mapping[str, Any] | str | Path | None = None,
        test: str | Path | None = None,
        recipe: Recipe | str | Path | None = None,
        on_event: OnTrialEvent | None = None,
        **settings: Any,
    ) -> SweepResult:
        """Sweep the ranges of a recipe; return the trials, and the recipe to ``tune`` with.

        ``trials`` is the total: a second call of the same sweep runs those that are missing. After
        ``timeout`` seconds no further trial is started. ``space`` maps fields to ``low`` and
        ``high`` (and ``log`` or ``step``) or ``choices``; ``recipe`` and ``settings`` fix others.
        ``on_event`` receives the number and the events of each trial.

        Raises:
            RecipeError: a setting or a range is invalid.
            TuningError: no trial was completed.
        """
        from chainzoo.hpo import SweepPlan, sweep
        from chainzoo.hpo.trial import ignore_trial_event

        limits = {"trials": trials, "timeout": timeout, "test": str(test) if test else None}
        plan = SweepPlan.of(data, recipe, space, settings, **limits)
        return sweep(self.home, plan, on_event or ignore_trial_event)

    def tune_embeddings(self, data: Any, **settings: Any) -> ModelRecord:
        """Tune an encoder on pairs of texts, and wait for it; ``settings`` are a recipe's fields."""
        from chainzoo.tasks.sentence_similarity import TASK

        return self.tune(data, **{"task": TASK.name, **settings}).wait()

    def run(self, run_id: str) -> Run:
        """Return a run by its id.

        Raises:
            UnknownRunError: there is no such run.
        """
        from chainzoo.registry import RunStore
        from chainzoo.runs import Run

        return Run(self.home, RunStore(self.registry).get(run_id).id)

    def runs(self) -> list[Run]:
        """List all runs, the newest first."""
        from chainzoo.registry import RunStore
        from chainzoo.runs import Run

        return [Run(self.home, record.id) for record in RunStore(self.registry).list_runs()]

    def resume(self, run_id: str) -> Run:
        """Continue a run that was killed, stopped or failed, from its last checkpoint.

        Raises:
            TuningError: the run is active or finished.
        """
        from chainzoo.runs import resume

        return resume(self.home, run_id)

    # Evaluation

    def evaluate(self, ref: str, data: Any, *, holdout: bool = False, **options: Any) -> Report:
        """Evaluate a tuned model on other data, next to its baselines.

        With ``holdout`` it is evaluated on the held-out rows of ``data``, and the use is recorded.

        Raises:
            TaskError: the data has labels that the model does not know.
        """
        from chainzoo.evaluation.published import evaluate_model

        return evaluate_model(self.home, ref, data, ReadOptions.of(**options), holdout=holdout)

    def evaluate_paired(
        self, first: str, second: str, data: Any, **options: Any
    ) -> PairedComparison:
        """Compare two tuned models on the same rows, and test whether their difference is real.

        Raises:
            TaskError: the models are of different tasks.
        """
        from chainzoo.evaluation.published import evaluate_paired

        return evaluate_paired(self.home, first, second, data, ReadOptions.of(**options))

    def test_set_uses(self, ref: str) -> list[TestSetUse]:
        """List the evaluations of a tuned model on held-out rows, the oldest first."""
        from chainzoo.registry import HeldOutStore

        return HeldOutStore(self.registry).uses(model=self.registry.get(ref).ref)

    def compare(
        self,
        data: Any,
        *,
        models: Sequence[str] | None = None,
        max_seconds: float = 600.0,
        **options: Any,
    ) -> Comparison:
        """Compare models and methods on ``data``; start no further trial after ``max_seconds``."""
        from chainzoo.selection import compare_models

        read_options = ReadOptions.of(**options)
        return compare_models(
            self.home, data, models=models, options=read_options, max_seconds=max_seconds
        )

    def advise(self, data: Any, *, model: str | None = None, **options: Any) -> Advice:
        """Advise whether to tune, by trying strategies from the cheapest up while they pay."""
        from chainzoo.selection import advise

        return advise(self.home, data, model=model, options=ReadOptions.of(**options))

    # The registry

    def models(self) -> list[ModelRecord]:
        """List all versions of all tuned models."""
        return self.registry.list_models()

    def describe(self, ref: str) -> ModelRecord:
        """Return the record of a tuned model: its score, lineage, report and aliases."""
        return self.registry.get(ref)

    def promote(self, ref: str, alias: str = "production") -> ModelRecord:
        """Point an alias to a version, and return that version."""
        return self.registry.promote(ref, alias)

    def roll_back(self, name: str, alias: str = "production") -> ModelRecord:
        """Point an alias to the version that it pointed to before, and return that version.

        Raises:
            RegistryError: the alias has no earlier version.
        """
        return self.registry.roll_back(name, alias)

    def delete(self, ref: str) -> ModelRecord:
        """Delete a version, and return the record that it had.

        Raises:
            RegistryError: an alias points to the version.
        """
        return self.registry.delete(ref)
