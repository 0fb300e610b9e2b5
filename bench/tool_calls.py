"""Whether each tool call that the local chat model generates is valid by the tool's schema.

python bench/tool_calls.py [--requests 1000] [--model smollm2-135m] [--quick]

``--model`` may be a folder. ``--quick`` takes a tiny model with random weights: what it generates is
noise, and its calls must be valid all the same.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from typing import Any

import harness
from jsonschema import Draft202012Validator
from langchain_core.utils.function_calling import convert_to_openai_tool

from chainzoo import ChatZoo, Zoo, ZooToolkit
from chainzoo.langchain.chat.tool_calls import arguments_schema

MAX_TOKENS = 120
OFFERED_TOOLS = 3
SEED = 13
QUICK_REQUESTS = 2
WORDS = [
    "tune",
    "label",
    "find",
    "stop",
    "delete",
    "compare",
    "tickets.csv",
    "lora",
    "model",
    "people-ner",
    "3",
    "100",
    "MB",
    "zh",
    "now",
]


def is_valid(answer: Any, schemas: dict[str, Any]) -> bool:
    """Return whether an answer is one call with valid arguments; print what is wrong."""
    valid = len(answer.tool_calls) == 1 and not answer.invalid_tool_calls
    for call in answer.tool_calls:
        errors = list(Draft202012Validator(schemas[call["name"]]).iter_errors(call["args"]))
        valid = valid and not errors
        for error in errors:
            print(json.dumps(call["args"]), error.message)
    return valid


def count_valid(zoo: Zoo, model: str, requests: int) -> int:
    """Send random requests with three random tools each; return how many calls are valid."""
    tools = ZooToolkit(zoo=zoo).get_tools()
    functions = [convert_to_openai_tool(tool)["function"] for tool in tools]
    schemas = {function["name"]: arguments_schema(function) for function in functions}
    generator = random.Random(SEED)
    valid = 0
    for number in range(requests):
        request = " ".join(generator.choices(WORDS, k=generator.randint(1, 12)))
        offered = generator.sample(tools, k=OFFERED_TOOLS)
        chat = ChatZoo(
            model=model,
            home=zoo.home.root,
            temperature=1.0,
            seed=number,
            max_tokens=MAX_TOKENS,
        )
        bound = chat.bind_tools(offered, tool_choice="any", parallel_tool_calls=False)
        valid += is_valid(bound.invoke(request), schemas)
    return valid


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how many calls are valid, and the seconds a call."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--model", default="smollm2-135m")
    options = parser.parse_args(arguments)
    requests = QUICK_REQUESTS if options.quick else options.requests
    started_at = time.perf_counter()
    if options.quick:
        with harness.tiny_chat_model() as (home, card):
            valid = count_valid(Zoo(home), card, requests)
    else:
        valid = count_valid(Zoo(), options.model, requests)
    seconds = time.perf_counter() - started_at
    print(f"{valid} of {requests} calls are valid, {seconds / requests:.2f} s a call")


if __name__ == "__main__":
    main()
