"""Records as conversations: lists of messages, or questions with answers.

Read are ``messages`` (OpenAI), ``conversations`` (ShareGPT), ``turns`` (task-oriented data), lists
of plain texts, an instruction with its answer (Alpaca), questions with answers (FAQ), and the good
answers of preference data (DPO, KTO).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainzoo.data.cells import as_text, is_list
from chainzoo.data.columns import find_column, first_column
from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.examples import Conversation, Turn
from chainzoo.data.messages import ParsedTurns, find_turn_column, parse_turns
from chainzoo.data.options import InferredOption, ReadOptions
from chainzoo.data.preferences import (
    NOT_OFFERED,
    answer_turns,
    find_chosen,
    find_mark,
    is_bad,
    transcript_turns,
)
from chainzoo.data.records import Record, Records
from chainzoo.data.tokens import word_spans
from chainzoo.errors import DataError

QUESTIONS = ("question", "ask", "prompt", "instruction", "query", "input", "问题", "提问")
ANSWERS = ("answer", "response", "output", "completion", "reply", "回答", "答案", "回复")
MIN_ANSWER_WORDS = 3  # Mean words of an answer, where few answers differ; labels have fewer.

ParseRecord = Callable[[Record], ParsedTurns]


class DialogueConverter(Converter):
    """Conversations of a user and an assistant."""

    task = "dialogue"
    priority = 50

    def matches(self, sample: Sequence[Record], columns: Sequence[str]) -> bool:
        """Lists of messages, preference data, or questions with answers of their own."""
        if find_turn_column(sample, columns) or find_chosen(columns):
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
        """Build conversations that end with the assistant; warnings count what is left out.

        Raises:
            DataError: no column holds messages or questions with answers.
        """
        columns = records.columns
        turns = find_turn_column(sample, columns)
        chosen = find_chosen(columns)
        named = bool(options.text_column and options.label_column)
        if chosen and not named:
            return _convert_chosen(records, turns, chosen)
        mark = find_mark(sample, columns)
        if turns and not named:

            def parse(record: Record) -> ParsedTurns:
                return parse_turns(record.values.get(turns), record.line)

            converted = _converted(records, parse, mark)
            converted.columns = {"turns": turns}
        else:
            converted = _convert_questions(records, options, mark)
        if mark:
            reason = "it says of each answer whether it is good; only good ones are learned"
            converted.inferred.append(InferredOption("column of marks", mark, reason))
        return converted


CONVERTER = DialogueConverter()


def question_columns(columns: Sequence[str], question: str) -> list[str]:
    """Return the columns that make up a question: an instruction may have an input beside it."""
    names = [question]
    extra = first_column(("input",), columns)
    if question.lower() in ("instruction", "prompt") and extra and extra != question:
        names.append(extra)
    return names


def prompt_turns(values: Mapping[str, Any], questions: Sequence[str]) -> list[Turn]:
    """Build the turns up to a question: the system message, earlier turns, and the question."""
    system = as_text(values.get("system"))
    turns = [Turn("system", system)] if system else []
    history: Any = values.get("history")
    for pair in history if is_list(history) else ():
        if is_list(pair) and len(pair) == 2 and all(as_text(text) for text in pair):
            turns += [Turn("user", as_text(pair[0])), Turn("assistant", as_text(pair[1]))]
    texts = (as_text(values.get(name)) for name in questions)
    question = "\n".join(filter(None, texts))
    return [*turns, Turn("user", question)] if question else []


def _convert_chosen(records: Records, turns: str | None, names: tuple[str, str]) -> Converted:
    """Build conversations of the chosen answers of preference data."""
    chosen, rejected = names
    question = first_column(QUESTIONS, records.columns)

    def parse(record: Record) -> ParsedTurns:
        values = record.values
        prompt: list[Turn] = []
        if turns and turns != chosen:
            prompt = parse_turns(values.get(turns), record.line).turns
        elif question and is_list(values.get(question)):
            prompt = parse_turns(values.get(question), record.line).turns
        elif question:
            prompt = prompt_turns(values, question_columns(records.columns, question))
        answer = values.get(chosen)
        if not prompt and isinstance(answer, str):
            return ParsedTurns(transcript_turns(answer))
        return ParsedTurns(answer_turns(answer, prompt, record.line))

    converted = _converted(records, parse, None)
    converted.warnings.append(
        f"{NOT_OFFERED}: the answers in {chosen!r} are learned, those in {rejected!r} are left out."
    )
    converted.columns = {"answer": chosen}
    return converted


def _convert_questions(records: Records, options: ReadOptions, mark: str | None) -> Converted:
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
    inputs = question_columns(columns, question)

    def parse(record: Record) -> ParsedTurns:
        value = record.values.get(question)
        prompt = (
            parse_turns(value, record.line).turns
            if is_list(value)
            else prompt_turns(record.values, inputs)
        )
        return ParsedTurns(answer_turns(record.values.get(answer), prompt, record.line))

    converted = _converted(records, parse, mark)
    if names and not (options.text_column and options.label_column):
        converted.inferred += [
            InferredOption("question column", question, "its name", "text_column"),
            InferredOption("answer column", answer, "its name", "label_column"),
        ]
    converted.columns = {"question": question, "answer": answer}
    return converted


def _converted(records: Records, parse: ParseRecord, mark: str | None) -> Converted:
    warnings: list[str] = []
    return Converted(_stream(records.rows, parse, mark, warnings), warnings=warnings, min_labels=0)


@dataclass(slots=True)
class _LeftOut:
    """Counts of what is left out while conversations are read."""

    bad: int = 0
    empty: int = 0
    tools: int = 0
    cut: int = 0
    untrained: int = 0
    parts: int = 0

    def warnings(self) -> Iterator[str]:
        """Yield a sentence on each kind that occurred."""
        if self.bad:
            yield (
                f"{NOT_OFFERED}: {self.bad} rows whose answer is marked as bad are left out,"
                " those marked as good are learned."
            )
        if self.empty:
            yield f"{self.empty} conversations have no answer; they are left out."
        if self.tools:
            yield (
                f"{self.tools} conversations have no answer before a call of a tool; they are left"
                " out."
            )
        if self.cut:
            yield (
                f"{self.cut} conversations have calls of tools, which are not learned; they are"
                " read up to the first call."
            )
        if self.untrained:
            yield f"{self.untrained} turns of the assistant have weight 0; they are not learned."
        if self.parts:
            yield f"{self.parts} parts of messages are no text (images, …); they are left out."


def _stream(
    rows: Iterator[Record], parse: ParseRecord, mark: str | None, warnings: list[str]
) -> Iterator[Conversation]:
    left_out = _LeftOut()
    for record in rows:
        if is_bad(record.values, mark):
            left_out.bad += 1
            continue
        parsed = parse(record)
        turns = parsed.turns
        left_out.parts += parsed.other_parts
        left_out.untrained += sum(not t.trained and t.role == "assistant" for t in turns)
        # A message that is not answered teaches nothing.
        while turns and not (turns[-1].role == "assistant" and turns[-1].trained):
            turns.pop()
        if len(turns) < 2:
            left_out.tools += parsed.cut_at_tool
            left_out.empty += not parsed.cut_at_tool
            continue
        left_out.cut += parsed.cut_at_tool
        yield Conversation(tuple(turns), record.split, record.line)
    warnings += left_out.warnings()


def _question_and_answer(columns: Sequence[str]) -> tuple[str, str] | None:
    question, answer = first_column(QUESTIONS, columns), first_column(ANSWERS, columns)
    return (question, answer) if question and answer else None
