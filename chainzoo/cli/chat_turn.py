"""One turn of a conversation in the terminal: print its events and collect them for ``--json``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chainzoo.agent.conversation import AgentConversation
from chainzoo.agent.events import (
    AgentEvent,
    ApprovalRequest,
    Progress,
    TextDelta,
    ToolCall,
    ToolResult,
    turn_as_dict,
)
from chainzoo.cli import display
from chainzoo.cli.approval_prompt import prompt_decision
from chainzoo.zoo import Zoo


class ChatTurn:
    """One turn: prints each event, unless ``quiet``, and collects them."""

    def __init__(self, zoo: Zoo, conversation: AgentConversation, *, quiet: bool = False) -> None:
        self.zoo = zoo
        self.conversation = conversation
        self.quiet = quiet
        self.console = display.console()
        self.events: list[AgentEvent] = []
        self.pending: list[ApprovalRequest] = []
        self._in_line = False

    def show(self, events: Iterable[AgentEvent]) -> None:
        """Consume a stream of events to its end."""
        self.pending = []
        for event in events:
            if isinstance(event, ApprovalRequest):
                self.pending.append(event)
            if not self.quiet:
                self._print(event)
            self.events.append(event)
        self._end_line()

    def prompt_approvals(self, prompt: Callable[[str], str] = input) -> None:
        """Ask for decisions until no call waits, or until the input ends."""
        while self.pending:
            try:
                decisions = {call.id: prompt_decision(call, prompt) for call in self.pending}
            except EOFError:
                return
            self.show(self.conversation.resume(decisions))

    def follow_runs(self) -> None:
        """Show the progress of the fine-tunings that this turn started, to their end."""
        for result in self._results():
            run_id = getattr(result.artifact, "run", None)
            if result.tool != "tune_model" or run_id is None:
                continue
            run = self.zoo.run(str(run_id))
            display.follow(run, quiet=self.quiet)
            record = run.wait()
            text = f"{record.ref}: {record.report['verdict']}"
            self.events.append(TextDelta(text))
            if not self.quiet:
                display.text(text, style="bold")

    def as_dict(self) -> dict[str, Any]:
        """The turn as plain values; requests that were decided in this turn are left out."""
        events = [event for event in self.events if not isinstance(event, ApprovalRequest)]
        pairs = [(event.name, event.as_dict()) for event in (*events, *self.pending)]
        return turn_as_dict(self.conversation.thread, pairs)

    def _results(self) -> list[ToolResult]:
        return [event for event in self.events if isinstance(event, ToolResult)]

    def _print(self, event: AgentEvent) -> None:
        from rich.markup import escape

        if isinstance(event, TextDelta):
            self._print_text(event.text)
            return
        self._end_line()
        if isinstance(event, ToolCall):
            self.console.print(f"[dim]→ {event.tool}({escape(_arguments(event))})[/]")
        elif isinstance(event, ToolResult):
            style = "red" if event.failed else "cyan"
            self.console.print(event.text, style=style, markup=False)
        elif isinstance(event, Progress):
            self.console.print(f"[dim]  {escape(_progress(event.values))}[/]")
        else:
            self.console.print(f"[bold yellow]Requires approval:[/] {escape(event.description)}")

    def _print_text(self, text: str) -> None:
        results = self._results()
        if results and text.strip() == results[-1].text.strip():
            return  # The embedded brain repeats the result of the tool, which is on the screen.
        self.console.print(text, end="", markup=False)
        self._in_line = True

    def _end_line(self) -> None:
        if self._in_line:
            self.console.print()
            self._in_line = False


def _arguments(call: ToolCall) -> str:
    values = {name: value for name, value in call.arguments.items() if value is not None}
    return ", ".join(f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in values.items())


def _progress(values: Any) -> str:
    if isinstance(values, Mapping):
        return ", ".join(f"{name} {value}" for name, value in values.items())
    return str(values)
