"""The loop of ``chainzoo chat``: at a terminal, or a request a line with JSON answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from chainzoo.agent.conversation import AgentConversation
from chainzoo.cli import display
from chainzoo.cli.approval_prompt import YES
from chainzoo.cli.chat_turn import ChatTurn
from chainzoo.errors import ChainZooError
from chainzoo.zoo import Zoo

HELP = """Type a request, for example:
  which model for support tickets under 100 MB?
  look at tickets.csv
  tune minilm-l6 on tickets.csv with LoRA for 2 epochs, name it tickets
  how good is it on later.csv?
  what does tickets say about "my card was charged twice"?
/tools lists the tools   /runs the fine-tunings   /threads the conversations   /exit leaves
Ctrl-C stops the answer; fine-tunings continue."""


class ChatSession:
    """A conversation at the terminal."""

    def __init__(self, zoo: Zoo, conversation: AgentConversation) -> None:
        self.zoo = zoo
        self.conversation = conversation

    def run(self) -> None:
        """Read requests from the terminal until the person leaves."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory

        root = self.zoo.home.root
        root.mkdir(parents=True, exist_ok=True)
        terminal: Any = PromptSession(history=FileHistory(str(root / "chat-history.txt")))
        display.text(f"Thread {self.conversation.thread}. Type a request, or /help.", style="dim")
        self._resume(terminal.prompt)
        while True:
            try:
                text = terminal.prompt("you> ").strip()
            except (EOFError, KeyboardInterrupt):
                display.text("Good-bye. Fine-tunings continue.", style="dim")
                return
            if text in ("/exit", "/quit"):
                return
            if text.startswith("/"):
                self._run_command(text)
            elif text:
                self._run_turn(text, terminal.prompt)

    def run_lines(self, lines: Iterable[str]) -> None:
        """Answer a request a line with JSON; a line that decides on a plan is ``yes`` or ``no``."""
        for line in map(str.strip, lines):
            if not line:
                continue
            try:
                values = self._answer_line(line)
            except ChainZooError as error:
                values = {"error": str(error)}
            print(json.dumps(values, ensure_ascii=False, default=str), flush=True)

    def _answer_line(self, line: str) -> dict[str, Any]:
        turn = ChatTurn(self.zoo, self.conversation, quiet=True)
        if pending := self.conversation.pending_approvals():
            kind = "approve" if line.lower() in YES else "reject"
            decisions = {request.id: {"type": kind} for request in pending}
            turn.show(self.conversation.resume(decisions))
        else:
            turn.show(self.conversation.stream(line))
        return turn.as_dict()

    def _resume(self, prompt: Callable[[str], str]) -> None:
        """Ask first for the decisions that an earlier process left pending."""
        turn = ChatTurn(self.zoo, self.conversation)
        turn.show(self.conversation.pending_approvals())
        turn.prompt_approvals(prompt)

    def _run_turn(self, text: str, prompt: Callable[[str], str]) -> None:
        turn = ChatTurn(self.zoo, self.conversation)
        try:
            turn.show(self.conversation.stream(text))
            turn.prompt_approvals(prompt)
        except ChainZooError as error:
            display.text(str(error), style="red")
        except KeyboardInterrupt:
            display.text("The answer was stopped. Fine-tunings continue.", style="dim")

    def _run_command(self, text: str) -> None:
        from chainzoo.agent.threads import list_threads
        from chainzoo.agent.toolkit import ZooToolkit

        if text == "/tools":
            tools = ZooToolkit(zoo=self.zoo).get_tools()
            rows = [(tool.name, tool.description) for tool in tools]
            display.table("", ("tool", "description"), rows)
        elif text == "/runs":
            records = [run.record for run in self.zoo.runs()[:10]]
            states = [(r.id, r.state, r.model or "", r.error or "") for r in records]
            display.table("", ("run", "state", "model", "error"), states)
        elif text == "/threads":
            threads = list_threads(self.zoo.home)
            lines = [
                (t.name, f"{t.updated_at:%Y-%m-%d %H:%M}", t.first_message[:60]) for t in threads
            ]
            display.table("", ("thread", "updated (UTC)", "first message"), lines)
        else:
            display.text(HELP)
