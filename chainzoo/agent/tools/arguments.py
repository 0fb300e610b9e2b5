"""Types of arguments that several tools share, and sentences about arguments that do not fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue, SkipJsonSchema
from pydantic_core import CoreSchema

LANGUAGE = r"^([a-z]{2,3}|multilingual)$"
MODEL_REFERENCE = r"^[A-Za-z0-9._-]+(@[A-Za-z0-9._-]+)?$"
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
PATTERNS = {
    LANGUAGE: "an ISO 639-1 code such as en or zh",
    MODEL_REFERENCE: "a name, name@version or name@alias",
    NAME: "letters, digits, '-', '_' and '.'",
}


class Arguments(BaseModel):
    """The arguments of a tool; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _TaskNames:
    """A JSON schema that lists the names of all tasks."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        from chainzoo.tasks import task_names

        return {"type": "string", "enum": list(task_names())}


def _normalize_task(value: Any) -> Any:
    from chainzoo.tasks import task_names

    if not isinstance(value, str):
        return value
    name = re.sub(r"[\s_]+", "-", value.strip().lower())
    if name not in task_names():
        raise ValueError(f"there is no such task; tasks are {', '.join(task_names())}")
    return name


def _normalize_license(value: Any) -> Any:
    return re.sub(r"\s+", "-", value.strip().lower()) if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


# A chat model may send null for an argument that it leaves out; the schema does not offer null.
# Bounds belong to the type, not to the field: next to a union they would not reach the schema.
Omitted = SkipJsonSchema[None]
Text = Annotated[str, Field(min_length=1)]
TaskName = Annotated[str, BeforeValidator(_normalize_task), _TaskNames()]
Language = Annotated[str, Field(pattern=LANGUAGE), BeforeValidator(_lower)]
License = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(_normalize_license)]
DataFile = Annotated[str, Field(min_length=1, max_length=1000)]
ModelReference = Annotated[str, Field(min_length=1, max_length=130, pattern=MODEL_REFERENCE)]
Texts = Annotated[
    list[Annotated[str, Field(max_length=100_000)]],
    Field(min_length=1, max_length=256),
    BeforeValidator(_as_list),
]
CardIds = Annotated[list[Text], Field(min_length=1, max_length=20), BeforeValidator(_as_list)]
NewName = Annotated[str, Field(max_length=64, pattern=NAME)]
CardId = Annotated[str, Field(min_length=1, max_length=128)]
RunReference = Annotated[str, Field(min_length=1, max_length=130)]
Query = Annotated[str, Field(min_length=1, max_length=2000)]


def explain_validation_error(tool: str, schema: type[BaseModel]) -> Callable[[Any], str]:
    """Build the function that turns a validation error into a sentence for each argument."""

    def explain(error: Any) -> str:
        sentences: dict[str, str] = {}
        for problem in error.errors() if isinstance(error, ValidationError) else ():
            field = str(problem["loc"][0]) if problem["loc"] else ""
            if problem["type"] != "none_required" or field not in sentences:
                sentences.setdefault(field, _explain(field, problem, schema))
        return f"{tool} was not called. {' '.join(sentences.values()) or error}"

    return explain


def _explain(field: str, problem: Any, schema: type[BaseModel]) -> str:
    """What is wrong with one argument, and what it should be."""
    fields = schema.model_fields
    if problem["type"] == "extra_forbidden":
        names = ", ".join(fields) or "none"
        return f"{field} is not an argument; the arguments are {names}."
    description = (fields[field].description or "") if field in fields else ""
    if problem["type"] == "missing":
        return f"The argument {field} is missing: {description}"
    value = str(problem["input"])[:80]
    return f"{field} is {value!r}: {_expectation(problem)}. {description}".rstrip()


def _expectation(problem: Any) -> str:
    if problem["type"] == "string_pattern_mismatch":
        return f"should be {PATTERNS.get(problem['ctx']['pattern'], 'another form')}"
    if problem["type"] == "literal_error":
        return f"should be {problem['ctx']['expected']}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
