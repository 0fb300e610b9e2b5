"""Dialogue: the assistant's next turn in a conversation. A tuned model is a chat model."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from chainzoo.data.examples import Conversation, Turn
from chainzoo.errors import PredictionError
from chainzoo.metrics.generation import likelihood_scores
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.chat_template import loss_mask, prompt_ids
from chainzoo.modeling.features import Feature
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks.base import read_text
from chainzoo.tasks.generation import MAX_SAMPLES, GenerationTask
from chainzoo.tasks.predictions import TextOutput
from chainzoo.tasks.traits import TaskKeywords

ROLES = ("system", "user", "assistant")
MAX_SHOWN_CHARACTERS = 400
MAX_SHOWN_NLL = 50.0


class Dialogue(GenerationTask):
    """Learn the assistant's turns. Scored by the likelihood of the true answers."""

    name = "dialogue"
    can_chat = True
    keywords = TaskKeywords(
        r"dialogues?|\bchat\b|chat ?bots?|conversation(?:s|al)?|assistant model|对话|聊天",
        priority=30,
    )
    scored_by: Literal["text", "likelihood"] = "likelihood"
    score_ranges = {"log_likelihood": (-math.inf, 0.0), "perplexity": (1.0, math.inf)}
    max_new_tokens = 256

    def label_space(
        self, examples: Sequence[Conversation], multi_label: bool = False
    ) -> LabelSpace:
        """Empty: there are no classes."""
        return LabelSpace((), "text")

    def parse_input(self, value: Any) -> Conversation:
        """What the user says: a text, messages (``role`` and ``content``), or JSON of them."""
        if isinstance(value, Mapping) and "messages" in value:
            value = value["messages"]
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except json.JSONDecodeError:
                return Conversation((Turn("user", value),))
        if isinstance(value, list):
            return Conversation(_parse_messages(value))
        return Conversation((Turn("user", read_text(value)),))

    def has_target(self, example: Conversation) -> bool:
        return example.turns[-1].role == "assistant"

    def encode(
        self,
        examples: Sequence[Conversation],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """Conversations that are too long become several features."""
        return [
            Feature(ids, index, targets, by_token=True)
            for index, example in enumerate(examples)
            for ids, targets in loss_mask(example.turns, tokenizer, max_length)
        ]

    def prompts(
        self, examples: Sequence[Conversation], tokenizer: Any, labels: LabelSpace, max_length: int
    ) -> list[tuple[int, ...]]:
        return [prompt_ids(_question(example), tokenizer, max_length) for example in examples]

    def sufficient_statistics(
        self,
        examples: Sequence[Conversation],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns: negative log-likelihood of the true answer in nats, and its tokens."""
        return np.asarray([(p.nll, p.tokens) for p in predictions], float).reshape(-1, 2)

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """Mean log-likelihood of a token, and perplexity."""
        return likelihood_scores(counts)

    def input_text(self, example: Conversation) -> str:
        """The turns before the answer, at most their last 400 characters."""
        return "\n".join(turn.text for turn in _question(example))[-MAX_SHOWN_CHARACTERS:]

    def target_text(self, example: Conversation) -> str:
        """The last turn."""
        return example.turns[-1].text

    def report_tables(
        self,
        examples: Sequence[Conversation],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        """Some generated answers."""
        shown = [(e, p) for e, p in zip(examples, predictions, strict=True) if p.text]
        rows = tuple(
            (self.input_text(e), self.target_text(e), p.text) for e, p in shown[:MAX_SAMPLES]
        )
        return [ReportTable("Generated answers", ("input", "true answer", "generated"), rows)]

    def error_table(
        self,
        examples: Sequence[Conversation],
        predictions: Sequence[TextOutput],
        limit: int = 10,
    ) -> ReportTable:
        """The true answers with the highest perplexity."""
        nlls = [(p.nll / max(p.tokens, 1), e) for e, p in zip(examples, predictions, strict=True)]
        nlls.sort(key=lambda row: -row[0])
        rows = tuple(
            (
                round(math.exp(min(nll, MAX_SHOWN_NLL)), 1),
                self.input_text(example),
                self.target_text(example),
            )
            for nll, example in nlls[:limit]
        )
        return ReportTable("Least likely answers", ("perplexity", "input", "true answer"), rows)


def _question(example: Conversation) -> tuple[Turn, ...]:
    """The turns before the assistant's answer."""
    return example.turns[:-1] if example.turns[-1].role == "assistant" else example.turns


def _parse_messages(messages: Sequence[Any]) -> tuple[Turn, ...]:
    try:
        turns = tuple(Turn(m["role"], str(m["content"])) for m in messages)
    except (KeyError, TypeError):
        turns = ()
    if not turns or any(turn.role not in ROLES for turn in turns):
        raise PredictionError(
            f"Expected messages with a role ({', '.join(ROLES)}) and content.",
            remedy='Give [{"role": "user", "content": "…"}].',
        )
    return turns


TASK = Dialogue()
