"""What is in a data set, and what is wrong with it, before anything is tuned on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chainzoo.data.duplicates import duplicate_groups, normalised
from chainzoo.data.examples import (
    Conversation,
    QuestionExample,
    RankedPair,
    Table,
    TextPair,
    content,
)
from chainzoo.data.language import guess_language
from chainzoo.data.read import labels_of
from chainzoo.data.splitting import own_split

CLASSLESS = (QuestionExample, TextPair, Conversation, RankedPair)  # Their rows have no labels.
FEW_ROWS = 10  # Rows a label below which hardly anything is learnt of it.


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts about a table. ``lengths`` are quantiles of tokens (or words) a text."""

    name: str
    task: str
    rows: int
    columns: dict[str, str]
    labels: dict[str, int]
    lengths: dict[str, int]
    unit: str
    duplicates: int
    near_duplicates: int
    contradictions: int
    leaked: int | None
    leaked_nearly: int | None
    language: str
    guesses: tuple[dict[str, str], ...]
    warnings: tuple[str, ...]
    sample: tuple[dict[str, Any], ...]
    verdict: str

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def inspect(table: Table, tokenizer: Any = None, other: Table | None = None) -> Inspection:
    """Inspect a table. Leakage is into ``other``, or between the parts that the file names."""
    texts = [example.text for example in table.examples]
    labels = Counter(label for example in table.examples for label in labels_of(example))
    lengths = _lengths(texts, tokenizer)
    wholes = [" ".join(content(example)) for example in table.examples]
    same = len(wholes) - len({normalised(whole) for whole in wholes})
    near = len(wholes) - len(set(duplicate_groups(wholes).tolist())) - same
    contradictions = _contradictions(table)
    leaked, nearly = _leakage(table, other)
    facts = {
        "contradicting": contradictions,
        "duplicates": same,
        "near": near,
        "leaked": (leaked or 0) + (nearly or 0),
    }
    return Inspection(
        name=table.name,
        task=table.task,
        rows=len(table),
        columns=table.columns,
        labels=dict(labels.most_common()),
        lengths=lengths,
        unit="tokens" if tokenizer is not None else "words",
        duplicates=same,
        near_duplicates=near,
        contradictions=contradictions,
        leaked=leaked,
        leaked_nearly=nearly,
        language=guess_language(texts).code,
        guesses=tuple(asdict(guess) for guess in table.guesses),
        warnings=table.warnings,
        sample=tuple(_shown(example) for example in _spread(table.examples)),
        verdict=_verdict(table, labels, facts),
    )


def _lengths(texts: Sequence[str], tokenizer: Any) -> dict[str, int]:
    if tokenizer is not None:
        counts = [len(ids) for ids in tokenizer(list(texts), verbose=False)["input_ids"]]
    else:
        from chainzoo.data.tokens import word_spans

        counts = [len(word_spans(text)) for text in texts]
    shares = {"shortest": 0, "median": 50, "95 %": 95, "longest": 100}
    return {name: int(np.percentile(counts, share)) for name, share in shares.items()}


def _contradictions(table: Table) -> int:
    """Rows that stand more than once, with different labels or answers."""
    seen: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for example in table.examples:
        spans = getattr(example, "spans", None)
        answer = tuple(spans) if spans is not None else tuple(sorted(example.labels))
        seen[normalised(" ".join(content(example)))].add(answer)
    return sum(len(answers) > 1 for answers in seen.values())


def _leakage(table: Table, other: Table | None) -> tuple[int | None, int | None]:
    """Rows to be judged by that are among those to learn from: the same, and nearly the same."""
    if other is not None:
        learnt, judged = [e.text for e in table.examples], [e.text for e in other.examples]
    elif (parts := own_split(table)) is not None:
        learnt, judged = [e.text for e in parts.train], [e.text for e in parts.dev]
    else:
        return None, None
    known = {normalised(text) for text in learnt}
    groups = duplicate_groups([*learnt, *judged])
    learnt_groups = set(groups[: len(learnt)].tolist())
    alike = sum(int(group) in learnt_groups for group in groups[len(learnt) :])
    exact = sum(normalised(text) in known for text in judged)
    return exact, alike - exact


def _spread(examples: Sequence[Any], count: int = 5) -> list[Any]:
    """A few rows from all over the table: files are often sorted by label."""
    step = max(1, len(examples) // count)
    return list(examples[::step])[:count]


def _shown(example: Any) -> dict[str, Any]:
    if hasattr(example, "spans"):
        found = [f"{example.text[s.start : s.end]} [{s.label}]" for s in example.spans]
        return {"line": example.line, "text": example.text, "labels": found}
    text = " · ".join(part for part in (_asked(example), example.text) if part)
    return {"line": example.line, "text": text, "labels": _answers(example)}


def _asked(example: Any) -> str:
    return str(getattr(example, "question", "") or getattr(example, "item", ""))


def _answers(example: Any) -> list[str]:
    """The labels; or what else is to be learnt of a row: its answers, its targets, its score."""
    if isinstance(example, QuestionExample):
        return [text for text, _ in example.answers or ()]
    if isinstance(example, TextPair):
        return list(example.targets)
    if isinstance(example, RankedPair):
        return [] if example.score is None else [f"{example.score:g}"]
    return list(example.labels)


def _verdict(table: Table, labels: Counter[str], facts: dict[str, int]) -> str:
    kind = "entity types" if table.task == "token-classification" else "labels"
    classless = isinstance(table.examples[0], CLASSLESS)
    said = [f"{len(table):,} rows" + ("." if classless else f" with {len(labels)} {kind}.")]
    rare = [label for label, count in labels.items() if count < FEW_ROWS]
    if rare:
        named = ", ".join(rare[:4]) + (", …" if len(rare) > 4 else "")
        said.append(f"{len(rare)} of them have fewer than {FEW_ROWS} examples ({named}).")
    counts = labels.most_common()
    if counts and counts[0][1] > 10 * max(counts[-1][1], 1) and not rare:
        said.append("They are far from balanced; class_weights = 'balanced' may help.")
    if facts["contradicting"]:
        said.append(f"{facts['contradicting']} texts stand there with different labels.")
    if facts["duplicates"] or facts["near"]:
        said.append(
            f"{facts['duplicates']} repeat another and {facts['near']} nearly do; a split keeps"
            " them together."
        )
    if facts["leaked"]:
        said.append(f"{facts['leaked']} rows to judge by are also among those to learn from.")
    hopeless = len(table) < 50 or not (labels or classless)
    said.append("Too little to tune on with confidence." if hopeless else "Ready to tune on.")
    return " ".join(said)
