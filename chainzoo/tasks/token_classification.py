"""Token classification (named entities): a tag for each token, predicted on its first subword."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import TokenExample
from chainzoo.metrics.labels import confusion_counts, f1_scores, per_label_table
from chainzoo.metrics.tables import ReportTable, confident_errors
from chainzoo.modeling.batches import pad
from chainzoo.modeling.features import IGNORED, Feature
from chainzoo.modeling.settings import LabelSpace
from chainzoo.modeling.viterbi import best_tag_sequence
from chainzoo.modeling.windows import most_central_windows, special_tokens, windows
from chainzoo.tasks.base import TaskBase, check_labels, read_text
from chainzoo.tasks.entity_tags import entity_spans, gold_tags, to_prediction, token_features
from chainzoo.tasks.predictions import TokenPrediction
from chainzoo.tasks.traits import AutoModelExport, TaskKeywords, Unit

SHOWN_CONTEXT = 40  # Characters around a wrong entity in the report.
DROPPED_LOGIT = -50.0  # Of all tags but O, for a token that the tokenizer drops.


class TokenClassification(TaskBase):
    """Find entities in texts. Long texts are read in overlapping windows; nothing is truncated."""

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
        for example in examples:
            check_labels(example.labels, _types(labels), f"Line {example.line}", "entity type")

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
        tag_ids = labels.index()
        features = []
        for index, example in enumerate(examples):
            ids, words_of_ids = coded["input_ids"][index], coded.word_ids(index)
            firsts = _first_subwords(words_of_ids) if example.tokens else []
            tags = [tag_ids.get(tag, 0) for tag in gold_tags(example)]
            ranges = windows(len(ids), room, min(stride, room // 2))
            owners = most_central_windows(firsts, ranges)
            for window, (start, end) in enumerate(ranges):
                mine = [at for at, owner in zip(firsts, owners, strict=True) if owner == window]
                positions = tuple(len(before) + at - start for at in mine)
                words_of_mine = tuple(words_of_ids[at] for at in mine)
                row = (*before, *ids[start:end], *after)
                target = [IGNORED] * len(row)
                for position, word in zip(positions, words_of_mine, strict=True):
                    target[position] = tags[word]
                features.append(
                    Feature(row, index, tuple(target), positions, words_of_mine, by_token=True)
                )
        return features

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        import torch

        batch = pad([feature.input_ids for feature in features], pad_id)
        target = torch.full(batch["input_ids"].shape, IGNORED)
        for row, feature in enumerate(features):
            target[row, : len(feature.target)] = torch.tensor(feature.target)
        batch["labels"] = target
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[TokenExample],
        labels: LabelSpace,
    ) -> list[TokenPrediction]:
        outside = np.full(len(labels.names), DROPPED_LOGIT)
        outside[0] = 0.0  # The tokenizer drops some tokens, such as control characters.
        rows = [np.tile(outside, (len(example.tokens), 1)) for example in examples]
        for row, feature in zip(logits, features, strict=True):
            if feature.words:
                rows[feature.example][list(feature.words)] = row[list(feature.positions)]
        return [_predict(example, row, labels) for example, row in zip(examples, rows, strict=True)]

    def sufficient_statistics(
        self,
        examples: Sequence[TokenExample],
        predictions: Sequence[TokenPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns: correct, predicted and true entities of each type, then tokens of each tag.

        Counted here and not by seqeval, because intervals need the counts of each row. The scores
        equal seqeval's, which ``tests/test_seqeval.py`` compares on random tags: its default mode
        on any predicted tags, and its strict mode with IOB2 on valid ones, as models predict.
        """
        types = _types(labels)
        tag_ids, type_ids = labels.index(), {name: position for position, name in enumerate(types)}
        t, n = len(types), len(labels.names)
        counts = np.zeros((len(examples), 3 * t + 3 * n), dtype=np.int64)
        for row, example, prediction in zip(counts, examples, predictions, strict=True):
            tags = gold_tags(example)
            true, predicted = entity_spans(example, tags), entity_spans(example, prediction.tags)
            for column, entities in enumerate((true & predicted, predicted, true)):
                for _, _, label in entities:
                    row[column * t + type_ids[label]] += 1
            for tag, guess in zip(tags, prediction.tags, strict=True):
                row[3 * t + tag_ids[tag]] += tag == guess
                row[3 * t + n + tag_ids[guess]] += 1
                row[3 * t + 2 * n + tag_ids[tag]] += 1
        return counts

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Strict F1 of entities: an entity counts with its exact borders and type. F1 of tags."""
        columns = 3 * len(_types(labels))
        entity, token = f1_scores(counts[..., :columns]), f1_scores(counts[..., columns:])
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
        return entity_spans(example, gold_tags(example)) == entity_spans(example, prediction.tags)

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
        tags = (
            pair
            for example, prediction in zip(examples, predictions, strict=True)
            for pair in zip(gold_tags(example), prediction.tags, strict=True)
        )
        return labels.names, confusion_counts(labels.names, tags)

    def error_table(
        self,
        examples: Sequence[TokenExample],
        predictions: Sequence[TokenPrediction],
        limit: int = 10,
    ) -> ReportTable:
        wrong: list[tuple[float, str, str, str]] = []
        for example, prediction in zip(examples, predictions, strict=True):
            spans = entity_spans(example, gold_tags(example))
            true = {(start, end): label for start, end, label in spans}
            for entity in prediction.entities:
                label = true.get((entity.start, entity.end), "no such entity")
                if label != entity.label:
                    start = max(0, entity.start - SHOWN_CONTEXT)
                    context = example.text[start : entity.end + SHOWN_CONTEXT]
                    wrong.append((entity.score, label, f"{entity.label}: {entity.text}", context))
        return confident_errors(wrong, ("true", "predicted", "text"), limit)

    def classification_units(self, examples: Sequence[TokenExample]) -> list[list[Unit]]:
        """A unit for each token, with the features of its neighbours."""
        return [
            [(text, (tag,)) for text, tag in zip(token_features(e), gold_tags(e), strict=True)]
            for e in examples
        ]

    def predictions_from_units(
        self,
        examples: Sequence[TokenExample],
        units: Sequence[Sequence[tuple[str, ...]]],
        labels: LabelSpace,
    ) -> list[TokenPrediction]:
        return [
            to_prediction(example, [tag for (tag,) in tags], [1.0] * len(tags))
            for example, tags in zip(examples, units, strict=True)
        ]


def _first_subwords(words_of_ids: Sequence[int | None]) -> list[int]:
    """The position of the first id of each word."""
    return [at for at, word in enumerate(words_of_ids) if at == 0 or words_of_ids[at - 1] != word]


def _predict(example: TokenExample, logits: np.ndarray, labels: LabelSpace) -> TokenPrediction:
    """The likeliest valid tags, and the probability of each by itself."""
    shifted = logits - logits.max(axis=1, keepdims=True) if len(logits) else logits
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    sequence = best_tag_sequence(log_p, labels.names)
    scores = np.exp(log_p[np.arange(len(sequence)), sequence]) if sequence else np.zeros(0)
    return to_prediction(example, [labels.names[tag] for tag in sequence], scores.tolist())


def _types(labels: LabelSpace) -> tuple[str, ...]:
    """The entity types behind the tags of a label space."""
    return tuple(name[2:] for name in labels.names if name.startswith("B-"))


TASK = TokenClassification()
