"""Dialogue: the assistant's next turn in a conversation. A tuned model is a chat model."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import Conversation, Turn
from chainzoo.errors import PredictionError
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.chat_template import loss_mask, prompt_ids
from chainzoo.modeling.settings import Feature, GenerationOptions, LabelSpace
from chainzoo.tasks.base import read_text
from chainzoo.tasks.predictions import TextOutput
from chainzoo.tasks.text_to_text import SHOWN, GenerationTask
from chainzoo.tasks.traits import TaskKeywords


class Dialogue(GenerationTask):
    """Only the assistant's turns are learnt. Judged by how likely the true answers are to it."""

    name = "dialogue"
    can_chat = True
    keywords = TaskKeywords(
        r"dialogues?|\bchat\b|chat ?bots?|conversation(?:s|al)?|assistant model|对话|聊天",
        priority=30,
    )
    scored_by = "likelihood"
    score_ranges = {"log_likelihood": (-math.inf, 0.0), "perplexity": (1.0, math.inf)}
    longest = 256

    def label_space(
        self, examples: Sequence[Conversation], multi_label: bool = False
    ) -> LabelSpace:
        """No classes."""
        return LabelSpace((), "text")

    def parse_input(self, value: Any) -> Conversation:
        """What a user says: a text, or messages (``role`` and ``content``), or JSON of them."""
        if isinstance(value, Mapping) and "messages" in value:
            value = value["messages"]
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except json.JSONDecodeError:
                return Conversation((Turn("user", value),))
        if isinstance(value, list):
            return Conversation(_turns(value))
        return Conversation((Turn("user", read_text(value)),))

    def has_target(self, example: Conversation) -> bool:
        """Whether it ends with the assistant's turn."""
        return example.turns[-1].role == "assistant"

    def encode(
        self,
        examples: Sequence[Conversation],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """Conversations that are too long are learnt in pieces."""
        return [
            Feature(ids, at, target, by_token=True)
            for at, example in enumerate(examples)
            for ids, target in loss_mask(example.turns, tokenizer, max_length)
        ]

    def generate(
        self,
        model: Any,
        processor: Any,
        examples: Sequence[Conversation],
        labels: LabelSpace,
        max_length: int,
        options: GenerationOptions,
    ) -> list[TextOutput]:
        from chainzoo.modeling.generation import write

        asked = [prompt_ids(_asked(e), processor, max_length) for e in examples]
        return [TextOutput(t) for t in write(model, processor, asked, options, self.longest)]

    def stream(
        self,
        model: Any,
        processor: Any,
        example: Conversation,
        labels: LabelSpace,
        max_length: int,
        options: GenerationOptions,
    ) -> Iterator[str]:
        from chainzoo.modeling.generation import stream

        asked = prompt_ids(_asked(example), processor, max_length)
        return stream(model, processor, asked, options, self.longest)

    def sufficient_statistics(
        self,
        examples: Sequence[Conversation],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Negative log-likelihood of the true answers in nats, and their tokens."""
        return np.asarray([(p.nll, p.tokens) for p in predictions], float).reshape(-1, 2)

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Mean log-likelihood per token (higher is better), and perplexity.

        Perplexity is e to the negative log-likelihood (lower is better; 1 is certainty).
        """
        mean = counts[..., 0] / np.maximum(counts[..., 1], 1)
        return {"log_likelihood": -mean, "perplexity": np.exp(np.minimum(mean, 700.0))}

    def input_text(self, example: Conversation) -> str:
        """The turns before the answer, at most their last 400 characters."""
        return _said(example)

    def target_text(self, example: Conversation) -> str:
        """The last turn."""
        return example.turns[-1].text

    def report_tables(
        self,
        examples: Sequence[Conversation],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        """Held-out answers as the model writes them."""
        shown = [(e, p) for e, p in zip(examples, predictions, strict=True) if p.text]
        rows = tuple((_said(e), e.turns[-1].text, p.text) for e, p in shown[:SHOWN])
        return [ReportTable("Held-out answers", ("asked", "true answer", "written"), rows)]

    def error_table(
        self,
        examples: Sequence[Conversation],
        predictions: Sequence[TextOutput],
        limit: int = 10,
    ) -> ReportTable:
        """The true answers that the model expected least."""
        costs = [(p.nll / max(p.tokens, 1), e) for e, p in zip(examples, predictions, strict=True)]
        costs.sort(key=lambda row: -row[0])
        rows = tuple(
            (round(float(np.exp(min(cost, 50.0))), 1), _said(e), e.turns[-1].text)
            for cost, e in costs[:limit]
        )
        return ReportTable("Least expected answers", ("perplexity", "asked", "true answer"), rows)


def _asked(example: Conversation) -> tuple[Turn, ...]:
    return example.turns[:-1] if example.turns[-1].role == "assistant" else example.turns


def _said(example: Conversation) -> str:
    return "\n".join(turn.text for turn in _asked(example))[-400:]


def _turns(messages: Sequence[Any]) -> tuple[Turn, ...]:
    try:
        turns = tuple(Turn(m["role"], str(m["content"])) for m in messages)
    except (KeyError, TypeError):
        turns = ()
    if not turns or any(t.role not in ("system", "user", "assistant") for t in turns):
        raise PredictionError(
            "Expected messages with a role (system, user, assistant) and content.",
            remedy='Give [{"role": "user", "content": "…"}].',
        )
    return turns


TASK = Dialogue()
