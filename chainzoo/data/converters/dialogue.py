"""Records as conversations: lists of messages, or questions with answers.

Read are ``messages`` (OpenAI), ``conversations`` (ShareGPT), ``turns`` (task-oriented data), lists
of plain texts, an instruction with its answer, and questions with answers (FAQ).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chainzoo.data.cells import as_text
from chainzoo.data.columns import find_column, first_column
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.examples import Conversation, Turn
from chainzoo.data.messages import find_turn_column, parse_turns
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.tokens import word_spans
from chainzoo.errors import DataError

QUESTIONS = ("question", "ask", "prompt", "instruction", "query", "input", "问题", "提问")
ANSWERS = ("answer", "response", "output", "completion", "reply", "回答", "答案", "回复")
MIN_ANSWER_WORDS = 3  # Mean words of an answer, where few answers differ; labels have fewer.


class DialogueConverter(Converter):
    """Conversations of a user and an assistant."""

    task = "dialogue"
    priority = 50

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Lists of messages, or questions with answers that are texts of their own."""
        if find_turn_column(sample, columns):
            return True
        names = _question_and_answer(columns)
        if names is None:
            return False
        answers = [as_text(record.values.get(names[1])) for record in sample]
        words = sum(len(word_spans(answer)) for answer in answers) / max(len(answers), 1)
        return len(set(answers)) > 0.5 * len(answers) or words >= MIN_ANSWER_WORDS

    def convert(
        self, records: Records, sample: Sequence[Record], options: ReadOptions
    ) -> Converted:
        """Build conversations that end with the assistant; a warning counts those without.

        Raises:
            DataError: no column holds messages or questions with answers.
        """
        turns = find_turn_column(sample, records.columns)
        if turns and not (options.text_column and options.label_column):
            rows = ((r, parse_turns(r.values.get(turns), r.line)) for r in records.rows)
            warnings: list[str] = []
            return Converted(
                _stream(rows, warnings), warnings=warnings, columns={"turns": turns}, min_labels=0
            )
        return _convert_questions(records, options)


CONVERTER = DialogueConverter()


def _convert_questions(records: Records, options: ReadOptions) -> Converted:
    columns = records.columns
    names = _question_and_answer(columns)
    default = names or ("", "")
    question = find_column(options.text_column, columns, "text_column") or default[0]
    answer = find_column(options.label_column, columns, "label_column") or default[1]
    if not question or not answer:
        raise DataError(
            f"no conversation in it; there are the columns {', '.join(columns)}.",
            remedy="Name the column of questions with --text-column and that of answers with"
            " --label-column.",
        )
    inferred = []
    if names and not (options.text_column and options.label_column):
        inferred = [
            InferredOption("question column", question, "its name", "text_column"),
            InferredOption("answer column", answer, "its name", "label_column"),
        ]
    inputs = [question]
    if question == "instruction" and "input" in columns:
        inputs.append("input")
    rows = ((record, _question_turns(record.values, inputs, answer)) for record in records.rows)
    warnings: list[str] = []
    return Converted(
        _stream(rows, warnings),
        inferred=inferred,
        warnings=warnings,
        columns={"question": question, "answer": answer},
        min_labels=0,
    )


def _stream(
    rows: Iterator[tuple[Record, list[Turn]]], warnings: list[str]
) -> Iterator[Conversation]:
    empty = 0
    for record, turns in rows:
        # A message that is not answered teaches nothing.
        while turns and turns[-1].role != "assistant":
            turns.pop()
        if len(turns) < 2:
            empty += 1
            continue
        yield Conversation(tuple(turns), record.split, record.line)
    if empty:
        warnings.append(f"{empty} conversations have no answer; they are left out.")


def _question_turns(values: Mapping[str, Any], inputs: Sequence[str], answer: str) -> list[Turn]:
    """Build the turns of a question and its answer, after a system message if there is one."""
    texts = [as_text(values.get(name)) for name in inputs]
    question, reply = "\n".join(filter(None, texts)), as_text(values.get(answer))
    system = as_text(values.get("system"))
    turns = [Turn("system", system)] if system else []
    return [*turns, Turn("user", question), Turn("assistant", reply)] if question and reply else []


def _question_and_answer(columns: Sequence[str]) -> tuple[str, str] | None:
    question, answer = first_column(QUESTIONS, columns), first_column(ANSWERS, columns)
    return (question, answer) if question and answer else None
