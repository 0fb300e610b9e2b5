"""Token classification (named entities): a tag a token, learnt on its first word piece."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import TokenExample
from chainzoo.errors import TaskError
from chainzoo.metrics.labels import f1_scores, per_label_table
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.batches import pad
from chainzoo.modeling.settings import Feature, LabelSpace
from chainzoo.modeling.windows import owners, special_tokens, windows
from chainzoo.tasks.base import TaskBase, read_text
from chainzoo.tasks.entity_tags import (
    best_path,
    entity_set,
    gold_tags,
    legal_moves,
    prediction_of,
    token_features,
)
from chainzoo.tasks.predictions import TokenPrediction
from chainzoo.tasks.traits import AutoModelExport, TaskKeywords


class TokenClassification(TaskBase):
    """Entities in text. Long texts are read in overlapping windows; nothing is cut off."""

    name = "token-classification"
    export_format = AutoModelExport("AutoModelForTokenClassification", "classifier")
    keywords = TaskKeywords(
        r"token.classif\w*|named.entit\w*|\bner\b|entit(?:y|ies)|"
        r"tag(?:ging)? (?:names|people|persons|places|companies|organi[sz]ations)|"
        r"(?:find|extract|recogni[sz]e|spot|detect|pick out|"
        r"pull(?: out)?|identif)\w* (?:the )?(?:names|people|persons|places|companies|locations|cities|dates|\w+ names)|"
        r"(?:company|person|place|product|city|street|drug|gene|people|brand)(?:'s)? names|"
        r"sequence (?:label\w*|tagg\w*)|part.of.speech|\bpos tag\w*|实体|序列标注|词性标注|人名|"
        r"地名|机构名|识别人|公司名",
        priority=20,
    )
    prediction_type = TokenPrediction

    def label_space(
        self, examples: Sequence[TokenExample], multi_label: bool = False
    ) -> LabelSpace:
        types = sorted({span.label for example in examples for span in example.spans})
        return LabelSpace(("O", *(f"{p}-{t}" for t in types for p in "BI")), "tokens")

    def parse_input(self, value: Any) -> TokenExample:
        from chainzoo.data.tokens import word_spans

        text = read_text(value)
        return TokenExample(text, word_spans(text))

    def validate(self, examples: Sequence[TokenExample], labels: LabelSpace) -> None:
        known = set(_types(labels))
        for example in examples:
            for span in example.spans:
                if span.label not in known:
                    raise TaskError(
                        f"Line {example.line}: entity type {span.label!r} is none of the model's"
                        f" ({', '.join(sorted(known))}).",
                        remedy="Judge on data with the entity types that the model was tuned on.",
                    )

    def encode(
        self,
        examples: Sequence[TokenExample],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        words = [[e.text[start:end] for start, end in e.tokens] or [""] for e in examples]
        if not words:
            return []
        before, after = special_tokens(tokenizer)
        room = max_length - len(before) - len(after)
        coded = tokenizer(words, is_split_into_words=True, add_special_tokens=False, verbose=False)
        index = labels.index()
        features = []
        for at, example in enumerate(examples):
            ids, word_ids = coded["input_ids"][at], coded.word_ids(at)
            firsts = [p for p, word in enumerate(word_ids) if p == 0 or word_ids[p - 1] != word]
            firsts = firsts if example.tokens else []
            tags = [index.get(tag, 0) for tag in gold_tags(example)]
            cuts = windows(len(ids), room, min(stride, room // 2))
            owner = owners(firsts, cuts) if len(cuts) > 1 else [0] * len(firsts)
            for cut, (start, end) in enumerate(cuts):
                mine = [p for p, own in zip(firsts, owner, strict=True) if own == cut]
                row = (*before, *ids[start:end], *after)
                target = [-100] * len(row)
                for p in mine:
                    target[len(before) + p - start] = tags[word_ids[p]]
                features.append(
                    Feature(
                        row,
                        at,
                        tuple(target),
                        tuple(len(before) + p - start for p in mine),
                        tuple(word_ids[p] for p in mine),
                        by_token=True,
                    )
                )
        return features

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        import torch

        batch = pad([feature.input_ids for feature in features], pad_id)
        target = torch.full(batch["input_ids"].shape, -100)
        for at, feature in enumerate(features):
            target[at, : len(feature.target)] = torch.tensor(feature.target)
        batch["labels"] = target
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[TokenExample],
        labels: LabelSpace,
    ) -> list[TokenPrediction]:
        size = len(labels.names)
        nothing = np.full(size, -50.0)
        nothing[0] = 0.0  # A token that the tokenizer drops (a stray control character) is O.
        rows = [np.tile(nothing, (len(example.tokens), 1)) for example in examples]
        for row, feature in zip(logits, features, strict=True):
            if feature.words:
                rows[feature.example][list(feature.words)] = row[list(feature.positions)]
        moves = legal_moves(labels.names)
        return [
            self._prediction(example, row, labels, moves)
            for example, row in zip(examples, rows, strict=True)
        ]

    def _prediction(
        self, example: TokenExample, logits: np.ndarray, labels: LabelSpace, moves: np.ndarray
    ) -> TokenPrediction:
        shifted = logits - logits.max(axis=1, keepdims=True) if len(logits) else logits
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        path = best_path(log_p, labels.names, moves)
        scores = np.exp(log_p[np.arange(len(path)), path]) if path else np.zeros(0)
        return prediction_of(example, [labels.names[tag] for tag in path], scores.tolist())

    def sufficient_statistics(
        self,
        examples: Sequence[TokenExample],
        predictions: Sequence[TokenPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Right, predicted, true entities of each type; then the same of tokens of each tag.

        Counted here and not by seqeval, because the intervals need the counts of each row. The
        scores equal seqeval's, which ``tests/test_seqeval.py`` compares on random tags: its default
        mode on any predicted tags, and its strict mode with IOB2 on legal ones, as models predict.
        """
        types = _types(labels)
        index, type_index = labels.index(), {name: at for at, name in enumerate(types)}
        t, n = len(types), len(labels.names)
        counts = np.zeros((len(examples), 3 * t + 3 * n), dtype=np.int64)
        for row, example, prediction in zip(counts, examples, predictions, strict=True):
            tags = gold_tags(example)
            true, found = entity_set(example, tags), entity_set(example, prediction.tags)
            for column, entities in enumerate((true & found, found, true)):
                for _, _, label in entities:
                    row[column * t + type_index[label]] += 1
            for tag, guess in zip(tags, prediction.tags, strict=True):
                row[3 * t + index[tag]] += tag == guess
                row[3 * t + n + index[guess]] += 1
                row[3 * t + 2 * n + index[tag]] += 1
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        t = 3 * len(_types(labels))
        entity, token = f1_scores(counts[..., :t]), f1_scores(counts[..., t:])
        return {
            "entity_f1": entity["micro_f1"],
            "entity_precision": entity["micro_precision"],
            "entity_recall": entity["micro_recall"],
            "entity_macro_f1": entity["macro_f1"],
            "token_micro_f1": token["micro_f1"],
            "token_macro_f1": token["macro_f1"],
        }

    def correct(self, example: TokenExample, prediction: TokenPrediction) -> bool:
        """Whether the entities are exactly the true ones, borders and types alike."""
        return entity_set(example, gold_tags(example)) == entity_set(example, prediction.tags)

    def target_text(self, example: TokenExample) -> str:
        """Each entity as ``TYPE: text``, separated by semicolons."""
        return "; ".join(f"{s.label}: {example.text[s.start : s.end]}" for s in example.spans)

    def report_tables(
        self,
        examples: Sequence[TokenExample],
        predictions: Sequence[TokenPrediction],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        total = self.sufficient_statistics(examples, predictions, labels).sum(axis=0)
        types, n = _types(labels), len(labels.names)
        order = [*range(1, n), 0]  # O last, as such tables are usually read.
        by_tag = total[3 * len(types) :].reshape(3, n)[:, order].reshape(-1)
        return [
            per_label_table("By entity (strict)", types, total[: 3 * len(types)]),
            per_label_table("By token", [labels.names[at] for at in order], by_tag),
        ]

    def confusion_matrix(
        self,
        examples: Sequence[TokenExample],
        predictions: Sequence[TokenPrediction],
        labels: LabelSpace,
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        index = labels.index()
        matrix = np.zeros((len(labels.names), len(labels.names)), dtype=np.int64)
        for example, prediction in zip(examples, predictions, strict=True):
            for tag, guess in zip(gold_tags(example), prediction.tags, strict=True):
                matrix[index[tag], index[guess]] += 1
        return labels.names, matrix

    def error_table(
        self,
        examples: Sequence[TokenExample],
        predictions: Sequence[TokenPrediction],
        limit: int = 10,
    ) -> ReportTable:
        wrong: list[tuple[float, str, str, str]] = []
        for example, prediction in zip(examples, predictions, strict=True):
            known = {
                (start, end): label for start, end, label in entity_set(example, gold_tags(example))
            }
            for entity in prediction.entities:
                label = known.get((entity.start, entity.end), "no such entity")
                if label != entity.label:
                    around = example.text[max(0, entity.start - 40) : entity.end + 40]
                    wrong.append((entity.score, label, f"{entity.label}: {entity.text}", around))
        wrong.sort(key=lambda item: -item[0])
        rows = tuple(
            (round(score, 3), true, found, text) for score, true, found, text in wrong[:limit]
        )
        return ReportTable("Most confident errors", ("score", "true", "predicted", "text"), rows)

    def classification_units(
        self, examples: Sequence[TokenExample]
    ) -> list[list[tuple[str, tuple[str, ...]]]]:
        return [
            [(words, (tag,)) for words, tag in zip(token_features(e), gold_tags(e), strict=True)]
            for e in examples
        ]

    def predictions_from_units(
        self,
        examples: Sequence[TokenExample],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[TokenPrediction]:
        return [
            prediction_of(example, [tag for (tag,) in tags], [1.0] * len(tags))
            for example, tags in zip(examples, units, strict=True)
        ]


def _types(labels: LabelSpace) -> tuple[str, ...]:
    """The entity types behind the tags of a label space."""
    return tuple(name[2:] for name in labels.names if name.startswith("B-"))


TASK = TokenClassification()
