"""Whether every call that the local chat model writes is valid by its tool's schema.

python bench/tool_calls.py [--requests 1000] [--model smollm2-135m]

``--model`` takes a folder too: a tiny model with random weights says nothing but noise, and its
calls must be valid all the same.
"""

from __future__ import annotations

import argparse
import json
import random
import time

from jsonschema import Draft202012Validator
from langchain_core.utils.function_calling import convert_to_openai_tool

from chainzoo import ChatZoo, Zoo, ZooToolkit
from chainzoo.langchain.chat.tool_calls import arguments_schema

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

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--requests", type=int, default=1000)
parser.add_argument("--model", default="smollm2-135m")
told = parser.parse_args()
tools = ZooToolkit(zoo=Zoo()).get_tools()
schemas = {
    tool["name"]: arguments_schema(tool)
    for tool in (convert_to_openai_tool(tool)["function"] for tool in tools)
}
draw = random.Random(13)
valid, begun = 0, time.perf_counter()
for number in range(told.requests):
    request = " ".join(draw.choices(WORDS, k=draw.randint(1, 12)))
    offered = draw.sample(tools, k=3)
    chat = ChatZoo(model=told.model, temperature=1.0, seed=number, max_tokens=120)
    answer = chat.bind_tools(offered, tool_choice="any", parallel_tool_calls=False).invoke(request)
    fits = len(answer.tool_calls) == 1 and not answer.invalid_tool_calls
    for call in answer.tool_calls:
        wrong = list(Draft202012Validator(schemas[call["name"]]).iter_errors(call["args"]))
        fits = fits and not wrong
        for error in wrong:
            print(json.dumps(call["args"]), error.message)
    valid += fits
seconds = time.perf_counter() - begun
print(f"{valid} of {told.requests} calls are valid, {seconds / told.requests:.2f} s a call")
