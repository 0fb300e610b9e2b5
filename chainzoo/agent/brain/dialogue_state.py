"""What was mentioned before: what “it”, “that file” and “the same again” refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chainzoo.registry.names import name_from

# The line of a comparison that names the card to tune.
RECOMMENDED = re.compile(r"^Recommended card: ([\w./-]+\w)$", re.MULTILINE)
MODEL_TOOLS = ("evaluate_model", "predict", "predict_file", "describe_model", "promote_model")


@dataclass(slots=True)
class DialogueState:
    """The latest mention of each kind; ``tuning`` holds the arguments of the last ``tune_model``."""

    data: str | None = None
    card: str | None = None
    model: str | None = None
    run: str | None = None
    collection: str | None = None
    tuning: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def record_call(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """Record what the arguments of a call mention."""
        if arguments.get("data"):
            self.data = str(arguments["data"])
        if tool == "tune_model":
            self.tuning = dict(arguments)
            self.card = arguments.get("model") or self.card
            self.model = arguments.get("name") or _default_name(arguments.get("data"))
            self.run = self.model
        elif tool in MODEL_TOOLS and arguments.get("model"):
            self.model = str(arguments["model"])
        elif tool in ("run_status", "stop_run") and arguments.get("run"):
            self.run = str(arguments["run"])
            self.model = self.run
        elif tool == "compare_models" and arguments.get("models"):
            self.card = str(arguments["models"][0])
        if arguments.get("collection"):
            self.collection = str(arguments["collection"])
        self.names |= {name for name in (self.model, self.run) if name}

    def record_result(self, tool: str, text: str) -> None:
        """Record what the result of a tool names: the first or best card, the model being tuned."""
        if tool == "find_models":
            line = next((line for line in text.splitlines() if line.startswith("- ")), "")
            self.card = line[2:].split(":")[0].strip() or self.card
        elif tool == "compare_models":
            best = RECOMMENDED.search(text) or re.search(r"take (?!that\b|it\b)([\w.-]+\w)", text)
            self.card = best.group(1) if best else self.card
        elif tool == "tune_model":
            named = re.search(r"will be called ([\w.-]*\w)", text)
            if named:
                self.model = self.run = named.group(1)
                self.names.add(named.group(1))


def _default_name(data: Any) -> str | None:
    return name_from(str(data)) if data else None
