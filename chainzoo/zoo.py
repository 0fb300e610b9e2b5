"""``Zoo``: everything that ChainZoo does, in one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.catalog import Catalog, ModelCard
from chainzoo.catalog.fetch import Progress, quiet
from chainzoo.data import ReadOptions
from chainzoo.home import Home
from chainzoo.tuning import Recipe

if TYPE_CHECKING:
    from chainzoo.data.holdout import HeldOutSet
    from chainzoo.data.inspection import Inspection
    from chainzoo.evaluation import Report
    from chainzoo.evaluation.paired import PairedComparison
    from chainzoo.export.export import Exported
    from chainzoo.hpo import SearchSpace, SweepResult
    from chainzoo.hpo.trial import OnTrialEvent
    from chainzoo.inference.engine import Engine
    from chainzoo.inference.predictor import Predictor
    from chainzoo.langchain.chat import ChatZoo
    from chainzoo.langchain.embeddings import ZooEmbeddings
    from chainzoo.langchain.llm import ZooLLM
    from chainzoo.langchain.question_answering import QuestionAnswerer
    from chainzoo.langchain.relations import RelationExtractor
    from chainzoo.registry import ModelRecord, Registry
    from chainzoo.registry.records import TestSetUse
    from chainzoo.runs import Run
    from chainzoo.selection import Advice, Comparison


class Zoo:
    """A home folder and what can be done in it. Cheap to make; models are loaded when called."""

    def __init__(self, home: str | Path | Home | None = None) -> None:
        self.home = Home.resolve(home)
        self._predictors: dict[str, Predictor] = {}

    @property
    def catalog(self) -> Catalog:
        """The model cards."""
        return Catalog.load(self.home)

    @property
    def registry(self) -> Registry:
        """What was tuned."""
        from chainzoo.registry import Registry

        return Registry(self.home)

    def find(self, query: str | None = None, **facts: Any) -> list[ModelCard]:
        """Cards by ``task``, ``language``, ``license``, ``max_size_mb`` and words."""
        from chainzoo.modeling.card_ranking import CardRanker

        return self.catalog.find(query=query, rank=CardRanker(self.home), **facts)

    def card(self, card_id: str) -> ModelCard:
        """A card by its id."""
        return self.catalog.get(card_id)

    def fetch(self, card_id: str, progress: Progress = quiet) -> Path:
        """The folder with a card's weights, fetched and verified when it is not there."""
        from chainzoo.modeling.references import fetch_weights

        return fetch_weights(self.card(card_id), self.home, progress)

    def inspect(self, data: Any, *, against: Any = None, **options: Any) -> Inspection:
        """What is in a data set and what is wrong with it; ``against`` is another to judge by."""
        from chainzoo.data.inspection import inspect_data

        return inspect_data(data, ReadOptions(**options), against=against)

    def tune(
        self,
        data: Any,
        *,
        test: str | Path | None = None,
        recipe: Recipe | str | Path | None = None,
        **settings: Any,
    ) -> Run:
        """Begin a fine-tuning; gives its run at once. ``settings`` are a recipe's fields.

        Raises:
            RecipeError: a setting does not fit. DataError: the data cannot be read.
        """
        from chainzoo.data.holdout import read_training_data
        from chainzoo.data.table import check_trainable
        from chainzoo.runs import start
        from chainzoo.tasks import get_task
        from chainzoo.tuning.base_checkpoint import check_card_kind

        if recipe is None:
            chosen = Recipe.of(**settings)
        else:
            given = recipe if isinstance(recipe, Recipe) else Recipe.from_toml(recipe)
            chosen = given.with_values(**settings)
        if chosen.model:
            self.card(chosen.model)  # An unknown card is told at once, not by the run.
        source = str(data) if isinstance(data, str | Path) else self._keep(data)
        table = read_training_data(self.home, source, chosen.read_options)
        check_trainable(table)
        chosen = chosen.for_task(table.task)
        check_card_kind(self.card(chosen.model or ""), get_task(table.task))
        if test is not None:  # An unreadable test file is an error now, not later in the run.
            options = chosen.read_options.model_copy(update={"task": table.task})
            read_training_data(self.home, str(test), options)
        return start(self.home, chosen, source, str(test) if test else None)

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
            RecipeError: a setting or a range does not fit. DataError: the data cannot be read.
            TuningError: no trial was completed.
        """
        from chainzoo.hpo import SweepPlan, sweep
        from chainzoo.hpo.trial import ignore_trial_event

        limits = {"trials": trials, "timeout": timeout, "test": str(test) if test else None}
        plan = SweepPlan.of(data, recipe, space, settings, **limits)
        return sweep(self.home, plan, on_event or ignore_trial_event)

    def _keep(self, data: Any) -> str:
        """Rows in memory as a file that a run of its own can read."""
        import json
        import uuid

        from chainzoo.data.rows import open_records

        folder = self.home.cache / "data"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"rows-{uuid.uuid4().hex[:8]}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for record in open_records(data, ReadOptions()).rows:
                values = {name: _plain(value) for name, value in record.values.items()}
                if record.split is not None:
                    values["split"] = record.split
                file.write(json.dumps(values, ensure_ascii=False, default=str) + "\n")
        return str(path)

    def run(self, run_id: str) -> Run:
        """A run by its id."""
        from chainzoo.runs import Run

        found = Run(self.home, run_id)
        assert found.record
        return found

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        from chainzoo.registry import RunStore
        from chainzoo.runs import Run

        return [Run(self.home, record.id) for record in RunStore(self.registry).list_runs()]

    def resume(self, run_id: str) -> Run:
        """Go on with a run that was killed, stopped or failed."""
        from chainzoo.runs import resume

        return resume(self.home, run_id)

    def evaluate(self, ref: str, data: Any, *, holdout: bool = False, **options: Any) -> Report:
        """How good a tuned model is on other data; with ``holdout``, on its sealed rows (logged)."""
        from chainzoo.evaluation.published import evaluate_model

        return evaluate_model(self.home, ref, data, ReadOptions(**options), holdout=holdout)

    def evaluate_paired(
        self, first: str, second: str, data: Any, **options: Any
    ) -> PairedComparison:
        """Two tuned models on the same rows: paired bootstrap, McNemar, where they differ."""
        from chainzoo.evaluation.published import evaluate_paired

        return evaluate_paired(self.home, first, second, data, ReadOptions(**options))

    def hold_out(self, data: Any, share: float = 0.1, **options: Any) -> HeldOutSet:
        """Set rows aside for the last judgement: nothing is tuned, searched or compared on them."""
        from chainzoo.data.holdout import hold_out

        return hold_out(self.home, data, share, ReadOptions(**options))

    def tune_embeddings(self, data: Any, **settings: Any) -> ModelRecord:
        """Tune an encoder on pairs; ``settings`` are those of ``retrieval.tuning.tune_encoder``."""
        from chainzoo.retrieval.tuning import tune_encoder

        return tune_encoder(self.home, data, **settings)

    def embeddings(self, ref: str = "minilm-l6") -> ZooEmbeddings:
        """A card's encoder, or a tuned one, as LangChain ``Embeddings``."""
        from chainzoo.langchain.embeddings import ZooEmbeddings

        return ZooEmbeddings(ref, self.home)

    def list_test_set_uses(self, ref: str) -> list[TestSetUse]:
        """Every judgement of a tuned model on sealed rows, the oldest first."""
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

        told = ReadOptions(**options)
        return compare_models(self.home, data, models=models, options=told, max_seconds=max_seconds)

    def advise(self, data: Any, *, model: str | None = None, **options: Any) -> Advice:
        """Advise whether to tune, by trying strategies from the cheapest up while they pay."""
        from chainzoo.selection import advise

        return advise(self.home, data, model=model, options=ReadOptions(**options))

    def predictor(self, ref: str) -> Predictor:
        """A tuned model as a typed Runnable; loaded once, and again when an alias moved."""
        from chainzoo.inference.published import open_predictor

        version = self.registry.get(ref).ref
        if version not in self._predictors:
            self._predictors[version] = open_predictor(self.home, version)
        return self._predictors[version]

    def engine(self, **options: Any) -> Engine:
        """One engine for all tuned models, which share their bases; close it when done.

        ``options`` are those of ``Engine``, such as ``memory_mb=2000`` or ``cache_size=1000``.
        """
        from chainzoo.inference.engine import Engine

        return Engine(self.home, **options)

    def export(
        self,
        ref: str,
        folder: str | Path,
        format: str = "transformers",  # noqa: A002
        data: Any = None,
    ) -> Exported:
        """Write a model for other programs: ``transformers``, ``onnx`` or ``onnx-int8``; checked.

        Raises:
            RegistryError: the format cannot hold it. ParityError: it would answer otherwise.
        """
        from chainzoo.export.samples import export_model

        return export_model(self.home, ref, folder, format, data)

    def llm(self, ref: str) -> ZooLLM:
        """A tuned model as a LangChain LLM: text in, JSON text out."""
        from chainzoo.langchain.llm import ZooLLM

        return ZooLLM.from_predictor(self.predictor(ref))

    def chat(self, ref: str, **options: Any) -> ChatZoo:
        """A model tuned for dialogue, or a card of a chat model, as a LangChain chat model."""
        from chainzoo.langchain.chat import ChatZoo

        return ChatZoo(model=ref, home=self.home.root, **options)

    def relations(self, ref: str, *, entities: str) -> RelationExtractor:
        """Relations in plain text: a tuned model of relations after one of entities."""
        from chainzoo.langchain.relations import RelationExtractor

        return RelationExtractor(self.predictor(entities), self.predictor(ref))

    def question_answering(self, ref: str, retriever: Any) -> QuestionAnswerer:
        """Answers to questions from documents: a retriever before a tuned model that reads."""
        from chainzoo.langchain.question_answering import QuestionAnswerer

        return QuestionAnswerer(self.predictor(ref), retriever)

    def predict_file(self, ref: str, source: str | Path, output: str | Path, **options: Any) -> int:
        """Predict on every row of a file; gives the number of rows written to ``output``."""
        from chainzoo.inference.files import predict_file

        return predict_file(self.predictor(ref), source, output, ReadOptions(**options))

    def models(self) -> list[ModelRecord]:
        """Every version of every tuned model."""
        return self.registry.list_models()

    def describe(self, ref: str) -> ModelRecord:
        """One tuned model."""
        return self.registry.get(ref)

    def promote(self, ref: str, alias: str = "production") -> ModelRecord:
        """Point an alias to a version."""
        return self.registry.promote(ref, alias)

    def roll_back(self, name: str, alias: str = "production") -> ModelRecord:
        """Point an alias back to where it pointed before."""
        return self.registry.roll_back(name, alias)

    def delete(self, ref: str) -> ModelRecord:
        """Delete a version."""
        return self.registry.delete(ref)


def _plain(value: Any) -> Any:
    """A missing number as null: JSON has no NaN."""
    return None if isinstance(value, float) and value != value else value
