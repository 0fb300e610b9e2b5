"""Types of arguments that several tools share, and the mending of what does not fit them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

TASKS = (
    "text-classification",
    "token-classification",
    "relation-extraction",
    "question-answering",
    "summarization",
    "translation",
    "dialogue",
    "image-classification",
    "text-ranking",
)
METHODS = ("full", "lora", "qlora", "head")


class Arguments(BaseModel):
    """The arguments of a tool; an unknown one is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _task(value: Any) -> Any:
    from chainzoo.tasks import task_names

    if not isinstance(value, str):
        return value
    name = re.sub(r"[\s_]+", "-", value.strip().lower())
    if name not in TASKS and name not in task_names():
        raise ValueError(f"there is no such task; tasks are {', '.join(TASKS)}")
    return name


def _license(value: Any) -> Any:
    return re.sub(r"\s+", "-", value.strip().lower()) if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


# A left-out argument may be sent as null, but the schema that a model is shown does not offer it.
# Bounds stand with the type and not with the field: beside a union they would not reach the schema.
Nothing = SkipJsonSchema[None]
Text = Annotated[str, Field(min_length=1)]
Task = Annotated[
    str, BeforeValidator(_task), WithJsonSchema({"type": "string", "enum": list(TASKS)})
]
Language = Annotated[str, Field(pattern=r"^([a-z]{2,3}|multilingual)$"), BeforeValidator(_lower)]
License = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(_license)]
DataFile = Annotated[str, Field(min_length=1, max_length=1000)]
TunedRef = Annotated[
    str, Field(min_length=1, max_length=130, pattern=r"^[A-Za-z0-9._-]+(@[A-Za-z0-9._-]+)?$")
]
Texts = Annotated[
    list[Annotated[str, Field(max_length=100_000)]],
    Field(min_length=1, max_length=256),
    BeforeValidator(_list),
]
Names = Annotated[list[Text], Field(min_length=1, max_length=20), BeforeValidator(_list)]

NewName = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
CardId = Annotated[str, Field(min_length=1, max_length=128)]
RunRef = Annotated[str, Field(min_length=1, max_length=130)]
Question = Annotated[str, Field(min_length=1, max_length=2000)]

PATTERNS = {
    "^([a-z]{2,3}|multilingual)$": "an ISO 639-1 code such as en or zh",
    "^[A-Za-z0-9._-]+(@[A-Za-z0-9._-]+)?$": "a name, name@version or name@alias",
    "^[A-Za-z0-9][A-Za-z0-9._-]*$": "letters, digits, '-', '_' and '.'",
}


def explain_validation_error(tool: str, schema: type[BaseModel]) -> Callable[[Any], str]:
    """What is answered to arguments that do not fit: a sentence for each, with what would."""

    def mend(error: Any) -> str:
        problems: dict[str, str] = {}
        for found in error.errors() if isinstance(error, ValidationError) else ():
            field = str(found["loc"][0]) if found["loc"] else ""
            if found["type"] != "none_required" or field not in problems:
                problems.setdefault(field, _sentence(field, found, schema))
        return f"{tool} was not called. {' '.join(problems.values()) or error}"

    return mend


def _sentence(field: str, found: Any, schema: type[BaseModel]) -> str:
    known = schema.model_fields
    if found["type"] == "extra_forbidden":
        names = ", ".join(known) or "none"
        return f"{field} is not an argument of it; the arguments are {names}."
    about = (known[field].description or "") if field in known else ""
    if found["type"] == "missing":
        return f"The argument {field} is missing: {about}"
    if found["type"] == "string_pattern_mismatch":
        expected = PATTERNS.get(found["ctx"]["pattern"], "another form")
        wrong = f"should be {expected}"
    elif found["type"] == "literal_error":
        wrong = f"should be {found['ctx']['expected']}"
    else:
        wrong = found["msg"].removeprefix("Value error, ")
        wrong = wrong[:1].lower() + wrong[1:]
    return f"{field} is {str(found['input'])[:80]!r}: {wrong}. {about}".rstrip()
