"""What was spoken of before: what “it”, “that file” and “the same again” stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chainzoo.registry.names import name_from

NAMING = ("evaluate_model", "predict", "predict_file", "describe_model", "promote_model")


@dataclass(slots=True)
class DialogueState:
    """The latest of each thing; ``tuning`` are the arguments of the last ``tune_model``."""

    data: str | None = None
    card: str | None = None
    model: str | None = None
    run: str | None = None
    collection: str | None = None
    tuning: dict[str, Any] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def note(self, tool: str, told: Mapping[str, Any]) -> None:
        """Remember a call."""
        if told.get("data"):
            self.data = str(told["data"])
        if tool == "tune_model":
            self.tuning = dict(told)
            self.card = told.get("model") or self.card
            self.model = told.get("name") or _default_name(told.get("data"))
            self.run = self.model
        elif tool in NAMING and told.get("model"):
            self.model = str(told["model"])
        elif tool in ("run_status", "stop_run") and told.get("run"):
            self.run = str(told["run"])
            self.model = self.run
        elif tool == "compare_models" and told.get("models"):
            self.card = str(told["models"][0])
        elif tool == "predict" and told.get("texts"):
            self.texts = list(told["texts"])
        if told.get("collection"):
            self.collection = str(told["collection"])
        self.names |= {name for name in (self.model, self.run) if name}

    def note_result(self, tool: str, text: str) -> None:
        """Remember what a tool named: the card that came first or best, the model under way."""
        if tool == "find_models":
            line = next((line for line in text.splitlines() if line.startswith("- ")), "")
            self.card = line[2:].split(":")[0].strip() or self.card
        elif tool == "compare_models":
            best = re.search(r"take (?!that\b)([\w.-]+\w)", text)
            self.card = best.group(1) if best else self.card
        elif tool == "tune_model":
            named = re.search(r"will be called ([\w.-]*\w)", text)
            if named:
                self.model = self.run = named.group(1)
                self.names.add(named.group(1))


def _default_name(data: Any) -> str | None:
    return name_from(str(data)) if data else None
