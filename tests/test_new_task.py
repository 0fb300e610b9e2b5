"""A new task outside the package, written with public names alone: tuned, evaluated, called."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainzoo import Recipe, TuningJob, Zoo, ZooToolkit, fine_tune, plugins
from chainzoo.plugins import (
    Converted,
    Converter,
    Feature,
    LabelSpace,
    ReadOptions,
    Record,
    Records,
    ReportTable,
    TaskBase,
    get_task,
    read_text,
    register_converter,
    register_task,
    special_tokens,
    unregister_converter,
    unregister_task,
)


@dataclass(frozen=True)
class Urgency:
    """How many days a customer will wait: few, some or many, which are in order."""

    text: str
    days: int | None = None
    split: str | None = None
    line: int | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        return () if self.days is None else (str(self.days),)


@dataclass(frozen=True)
class Wait:
    days: int
    score: float

    def as_dict(self) -> dict[str, Any]:
        return {"days": self.days, "score": self.score}

    def summary(self) -> str:
        return f"{self.days} days"


class UrgencyTask(TaskBase):
    """Judged by how far off it is on average, which no task of the package is."""

    name = "urgency"

    def parse_input(self, value: Any) -> Urgency:
        return Urgency(read_text(value))

    def encode(
        self,
        examples: Sequence[Urgency],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        before, after = special_tokens(tokenizer)
        rows = tokenizer([e.text for e in examples], add_special_tokens=False)["input_ids"]
        index, room = labels.index(), max_length - len(before) - len(after)
        return [
            Feature((*before, *ids[:room], *after), at, index.get(str(e.days)))
            for at, (e, ids) in enumerate(zip(examples, rows, strict=True))
        ]

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[Urgency],
        labels: LabelSpace,
    ) -> list[Wait]:
        return [Wait(int(labels.names[int(row.argmax())]), float(row.max())) for row in logits]

    def sufficient_statistics(
        self, examples: Sequence[Urgency], predictions: Sequence[Wait], labels: LabelSpace
    ) -> np.ndarray:
        off = [abs((e.days or 0) - p.days) for e, p in zip(examples, predictions, strict=True)]
        return np.array([(1 / (1 + days), 1.0) for days in off])

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        return {"closeness": counts[..., 0] / np.maximum(counts[..., 1], 1)}

    def error_table(
        self, examples: Sequence[Urgency], predictions: Sequence[Wait], limit: int = 10
    ) -> ReportTable:
        rows = [(e.text, e.days or 0, p.days) for e, p in zip(examples, predictions, strict=True)]
        wrong = tuple(row for row in rows if row[1] != row[2])[:limit]
        return ReportTable("Wrong", ("text", "true", "predicted"), wrong)

    def baseline_predictions(
        self, train: Sequence[Urgency], examples: Sequence[Urgency], labels: LabelSpace
    ) -> dict[str, list[Wait]]:
        middle = int(np.median([e.days or 0 for e in train]))
        return {"the median": [Wait(middle, 1.0) for _ in examples]}


class UrgencyConverter(Converter):
    """Rows with ``message`` and ``days``."""

    task = "urgency"

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        return "message" in columns and "days" in columns

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        def stream() -> Iterator[Urgency]:
            for record in records.rows:
                values = record.values
                yield Urgency(str(values["message"]), int(values["days"]), None, record.line)

        return Converted(stream())


@pytest.fixture
def urgency() -> Iterator[None]:
    register_task(UrgencyTask())
    register_converter(UrgencyConverter())
    yield
    unregister_converter("urgency")
    unregister_task("urgency")


@pytest.mark.usefixtures("urgency")
def test_tuned_judged_called_and_by_the_agent(
    stocked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {1: "at once, it is broken", 7: "some time this week", 30: "whenever it suits you"}
    rows = [f'"message {n}: {text}",{days}' for n in range(20) for days, text in words.items()]
    path = tmp_path / "waits.csv"
    path.write_text("message,days\n" + "\n".join(rows) + "\n", "utf-8")
    recipe = Recipe.of(name="waits", method="full", epochs=3)
    record = fine_tune(stocked, TuningJob(recipe, str(path), tmp_path / "run"))
    assert record.task == "urgency"
    assert record.metric == "closeness"
    assert record.score > record.report["baselines"]["the median"]["closeness"]
    zoo = Zoo(stocked)
    assert zoo.evaluate("waits", path).score > 0.9
    assert zoo.predictor("waits").predict(["please come at once, it is broken"])[0].days == 1
    assert zoo.llm("waits").invoke("whenever it suits you").startswith('{"days": 30')
    monkeypatch.chdir(tmp_path)
    tools = {tool.name: tool for tool in ZooToolkit(zoo=zoo).get_tools()}
    told = tools["predict"].invoke({"model": "waits", "texts": ["some time this week"]})
    assert "7 days" in told
    assert "closeness" in tools["evaluate_model"].invoke({"model": "waits", "data": "waits.csv"})
    assert "7 days" not in tools["inspect_data"].invoke({"data": "waits.csv"})


def test_public_names_are_all_that_it_needs() -> None:
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {m for m in modules if str(m).startswith("chainzoo")} == {"chainzoo", "chainzoo.plugins"}


@pytest.mark.usefixtures("urgency")
def test_its_name_is_a_keyword_unless_it_states_others() -> None:
    assert get_task("urgency").keywords.names == "urgency"


def test_the_public_names_of_plugins_are_sorted_and_exist() -> None:
    assert plugins.__all__ == sorted(plugins.__all__)
    assert all(getattr(plugins, name) is not None for name in plugins.__all__)
