"""Records as conversations, in the forms that people have.

Turn lists (``messages`` of OpenAI, ``conversations`` of ShareGPT, ``turns`` of task-oriented data,
lists of plain texts), an instruction with its answer, and questions with answers (FAQ).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from chainzoo.data.cells import as_text, is_list
from chainzoo.data.converters import Converted
from chainzoo.data.converters.text_classification import named_column
from chainzoo.data.examples import Conversation, InferredOption, Turn
from chainzoo.data.options import ReadOptions
from chainzoo.data.records import Record, Records
from chainzoo.data.tokens import word_spans
from chainzoo.errors import DataError

TURN_COLUMNS = ("messages", "conversations", "conversation", "turns", "dialogue", "dialog", "log")
SPEAKERS = ("role", "from", "speaker", "author")
SPOKEN = ("content", "value", "utterance", "text")
USER = ("user", "human", "usr", "customer", "client", "wizard-user", "prompter", "用户", "顾客")
SYSTEM = ("system", "developer")  # "SYSTEM" is the assistant's name in task-oriented data.
QUESTIONS = ("question", "ask", "prompt", "instruction", "query", "input", "问题", "提问")
ANSWERS = ("answer", "response", "output", "completion", "reply", "回答", "答案", "回复")

SPOKEN_WORDS = 3  # Words that an answer has at least where few answers repeat; labels have fewer.

Role = Literal["system", "user", "assistant"]


def matches(sample: Sequence[Record], columns: Sequence[str]) -> bool:
    """Lists of turns, or questions with answers that are texts of their own."""
    if _turn_column(sample, columns):
        return True
    found = _question_and_answer(columns)
    if found is None:
        return False
    answers = [as_text(record.values.get(found[1])) for record in sample]
    words = sum(len(word_spans(answer)) for answer in answers) / max(len(answers), 1)
    return len(set(answers)) > 0.5 * len(answers) or words >= SPOKEN_WORDS


def examples(
    rows: Iterable[Record], sample: Sequence[Record], records: Records, options: ReadOptions
) -> Converted:
    """Conversations that end with the assistant; those without an answer are left out.

    Raises:
        DataError: no column holds turns or questions with answers.
    """
    columns = records.columns
    converted = Converted(iter(()), fewest_labels=0)
    turns = _turn_column(sample, columns)
    if turns and not (options.text_column and options.label_column):
        converted.columns = {"turns": turns}
        converted.examples = _kept(((r, _turns(r.values[turns], r.line)) for r in rows), converted)
        return converted
    guessed = _question_and_answer(columns)
    question = named_column(options.text_column, columns, "text") or (guessed or ("", ""))[0]
    answer = named_column(options.label_column, columns, "label") or (guessed or ("", ""))[1]
    if not question or not answer:
        raise DataError(
            f"no conversation in it; there are the columns {', '.join(columns)}.",
            remedy="Name what is asked with --text-column and what is answered with --label-column.",
        )
    converted.columns = {"question": question, "answer": answer}
    if guessed and not (options.text_column and options.label_column):
        converted.guesses.append(
            InferredOption("question column", question, "its name", "--text-column")
        )
        converted.guesses.append(
            InferredOption("answer column", answer, "its name", "--label-column")
        )
    extra = "input" if question == "instruction" and "input" in columns else ""
    converted.examples = _kept(
        ((record, _asked(record.values, question, answer, extra)) for record in rows), converted
    )
    return converted


def _kept(
    found: Iterator[tuple[Record, list[Turn]]], converted: Converted
) -> Iterator[Conversation]:
    empty = 0
    for record, turns in found:
        while (
            turns and turns[-1].role != "assistant"
        ):  # Nothing is learnt from what is not answered.
            turns.pop()
        if len(turns) < 2:
            empty += 1
            continue
        yield Conversation(tuple(turns), record.split, record.line)
    if empty:
        converted.warnings.append(f"{empty} conversations have no answer; they are left out.")


def _asked(values: Mapping[str, Any], question: str, answer: str, extra: str) -> list[Turn]:
    asked = [as_text(values.get(name)) for name in (question, extra) if name]
    text, reply = "\n".join(filter(None, asked)), as_text(values.get(answer))
    system = as_text(values.get("system"))
    begun = [Turn("system", system)] if system else []
    return [*begun, Turn("user", text), Turn("assistant", reply)] if text and reply else []


def _turns(value: Any, line: int) -> list[Turn]:
    """Turns in a row of one speaker are one; speakers without a name take turns."""
    found: list[Turn] = []
    if not is_list(value):
        return found
    names = {str(_first(item, SPEAKERS) or "").lower() for item in value if _is_turn(item)}
    for at, item in enumerate(value):
        if isinstance(item, str):
            role: Role = "user" if at % 2 == 0 else "assistant"
            text = item.strip()
        elif _is_turn(item):
            role = _role(str(_first(item, SPEAKERS) or ""), at, names)
            text = as_text(_first(item, SPOKEN))
        else:
            raise DataError(
                f"turn {at + 1} is {str(item)[:40]!r}.",
                line=line,
                remedy='Write each turn as {"role": "user", "content": "…"}.',
            )
        if not text:
            continue
        if found and found[-1].role == role:
            found[-1] = Turn(role, f"{found[-1].text}\n{text}")
        else:
            found.append(Turn(role, text))
    return found


def _role(name: str, at: int, names: set[str]) -> Role:
    lower = name.lower()
    if lower in USER or (not lower and at % 2 == 0):
        return "user"
    # A system that answers a user is the assistant of a booking service, not an instruction.
    answers = lower in SYSTEM and at > 0 and names <= {*USER, *SYSTEM}
    return "system" if lower in SYSTEM and not answers else "assistant"


def _is_turn(item: Any) -> bool:
    return isinstance(item, Mapping) and _first(item, SPOKEN) is not None


def _first(item: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((item[name] for name in names if name in item), None)


def _turn_column(sample: Sequence[Record], columns: Sequence[str]) -> str | None:
    for column in TURN_COLUMNS:
        value: Any = sample[0].values.get(column)
        if is_list(value) and len(value) and (isinstance(value[0], str) or _is_turn(value[0])):
            return column
    return None


def _question_and_answer(columns: Sequence[str]) -> tuple[str, str] | None:
    lower = {column.lower(): column for column in columns}
    question = next((lower[name] for name in QUESTIONS if name in lower), None)
    answer = next((lower[name] for name in ANSWERS if name in lower), None)
    return (question, answer) if question and answer else None
