"""A conversation in the terminal: what is said, called, answered, and waits for a yes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from chainzoo.agent.conversation import (
    AgentConversation,
    ApprovalRequest,
    Happening,
    Progress,
    TextDelta,
    ToolCall,
    ToolResult,
)
from chainzoo.cli import output as show
from chainzoo.errors import ChainZooError

HELP = """Say what you want, for example:
  which model for support tickets under 100 MB?
  look at tickets.csv
  tune minilm-l6 on tickets.csv with LoRA for 2 epochs, name it tickets
  how good is it on later.csv?
  what does tickets say about "my card was charged twice"?
/tools what can be called   /runs fine-tunings   /threads conversations   /exit
Ctrl-C stops the answer, and no fine-tuning."""
YES = ("y", "yes", "是", "好", "可以")


class ChatTurn:
    """One turn: shows what happens and remembers it."""

    def __init__(self, talk: AgentConversation, *, quietly: bool = False) -> None:
        self.talk = talk
        self.quietly = quietly
        self.console = show.console()
        self.words: list[str] = []
        self.calls: list[ToolCall] = []
        self.answers: list[ToolResult] = []
        self.waits: list[ApprovalRequest] = []
        self._mid_line = False

    def show(self, happenings: Iterable[Happening]) -> None:
        """Show a stream to its end."""
        self.waits = []
        for happening in happenings:
            if isinstance(happening, TextDelta):
                self.words.append(happening.text)
            elif isinstance(happening, ToolCall):
                self.calls.append(happening)
            elif isinstance(happening, ToolResult):
                self.answers.append(happening)
            elif isinstance(happening, ApprovalRequest):
                self.waits.append(happening)
            if not self.quietly:
                self._print(happening)
        self._end_line()

    def _print(self, happening: Happening) -> None:
        from rich.markup import escape

        if isinstance(happening, TextDelta):
            if self.answers and happening.text.strip() == self.answers[-1].text.strip():
                return  # The embedded brain repeats what the tool said; it is on the screen.
            self.console.print(happening.text, end="", markup=False)
            self._mid_line = True
            return
        self._end_line()
        if isinstance(happening, ToolCall):
            told = ", ".join(
                f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in _told(happening)
            )
            self.console.print(f"[dim]→ {happening.tool}({escape(told)})[/]")
        elif isinstance(happening, ToolResult):
            style = "red" if happening.failed else "cyan"
            self.console.print(happening.text, style=style, markup=False)
        elif isinstance(happening, Progress):
            self.console.print(f"[dim]  {escape(_line(happening.values))}[/]")
        elif isinstance(happening, ApprovalRequest):
            self.console.print(f"[bold yellow]Asks you first:[/] {escape(happening.description)}")

    def _end_line(self) -> None:
        if self._mid_line:
            self.console.print()
            self._mid_line = False

    def answer_in_person(self, ask: Callable[[str], str] = input) -> None:
        """Ask for a decision on each call that waits, and go on."""
        decisions = {waits.id: self._decision(waits, ask) for waits in self.waits}
        self.show(self.talk.decide(decisions))

    def _decision(self, waits: ApprovalRequest, ask: Callable[[str], str]) -> dict[str, Any]:
        while True:
            said = ask(f"{waits.tool}: [y]es, [n]o, or name=value to change it: ").strip()
            if said.lower() in YES:
                return {"type": "approve"}
            if said.lower() in ("n", "no", "否", "不"):
                return {"type": "reject", "message": "The person said no: nothing was done."}
            changed = _changes(said)
            if changed:
                args = {**waits.arguments, **changed}
                return {"type": "edit", "edited_action": {"name": waits.tool, "args": args}}

    def follow_runs(self) -> None:
        """Show the progress of the fine-tunings that this turn began, to their end."""
        from chainzoo.zoo import Zoo

        for answer in self.answers:
            run_id = getattr(answer.artifact, "run", None)
            if answer.tool != "tune_model" or run_id is None:
                continue
            run = Zoo().run(str(run_id))
            show.follow(run, quietly=self.quietly)
            record = run.wait()
            text = f"{record.ref}: {record.report['verdict']}"
            self.words.append(text)
            if not self.quietly:
                show.say(text, style="bold")

    def as_dict(self) -> dict[str, Any]:
        """The turn as plain values."""
        return {
            "thread": self.talk.thread,
            "words": "".join(self.words),
            "calls": [{"tool": c.tool, "args": c.arguments} for c in self.calls],
            "results": [{"tool": a.tool, "text": a.text, "failed": a.failed} for a in self.answers],
            "waits": [
                {"id": w.id, "tool": w.tool, "args": w.arguments, "plan": w.description}
                for w in self.waits
            ],
        }


class Chat:
    """The terminal's loop."""

    def __init__(self, talk: AgentConversation) -> None:
        self.talk = talk

    def run(self) -> None:
        """Talk until the person leaves."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory

        from chainzoo.home import Home

        home = Home.default()
        home.root.mkdir(parents=True, exist_ok=True)
        session: Any = PromptSession(history=FileHistory(str(home.root / "chat-history.txt")))
        show.say(f"Thread {self.talk.thread}. Say what you want; /help tells more.", style="dim")
        self._go_on(session.prompt)
        while True:
            try:
                said = session.prompt("you> ").strip()
            except (EOFError, KeyboardInterrupt):
                show.say("Good-bye. What is being tuned goes on.", style="dim")
                return
            if said in ("/exit", "/quit"):
                return
            if said.startswith("/"):
                self._command(said)
            elif said:
                self._turn(said, session.prompt)

    def run_lines(self, lines: Iterable[str]) -> None:
        """A request a line; a line that answers a plan is ``yes`` or ``no``."""
        for line in map(str.strip, lines):
            if not line:
                continue
            turn = ChatTurn(self.talk, quietly=True)
            waits = self.talk.waiting()
            kind = "approve" if line.lower() in YES else "reject"
            try:
                answered = self.talk.decide({w.id: {"type": kind} for w in waits})
                turn.show(answered if waits else self.talk.ask(line))
                print(json.dumps(turn.as_dict(), ensure_ascii=False, default=str), flush=True)
            except ChainZooError as error:
                print(json.dumps({"error": str(error)}, ensure_ascii=False), flush=True)

    def _go_on(self, prompt: Callable[[str], str]) -> None:
        """What an earlier process left waiting is asked for first."""
        turn = ChatTurn(self.talk)
        turn.show(self.talk.waiting())
        while turn.waits:
            turn.answer_in_person(prompt)

    def _turn(self, said: str, prompt: Callable[[str], str]) -> None:
        turn = ChatTurn(self.talk)
        try:
            turn.show(self.talk.ask(said))
            while turn.waits:
                turn.answer_in_person(prompt)
        except ChainZooError as error:
            show.say(str(error), style="red")
        except KeyboardInterrupt:
            show.say("Stopped answering. What is being tuned goes on.", style="dim")

    def _command(self, said: str) -> None:
        from chainzoo.agent.threads import threads
        from chainzoo.agent.toolkit import ZooToolkit
        from chainzoo.zoo import Zoo

        zoo = Zoo()
        if said == "/tools":
            tools = ZooToolkit(zoo=zoo).get_tools()
            show.table("", ("tool", "what it does"), [(t.name, t.description) for t in tools])
        elif said == "/runs":
            records = [run.record for run in zoo.runs()[:10]]
            known = [(r.id, r.state, r.model or "", r.error or "") for r in records]
            show.table("", ("run", "state", "model", "error"), known)
        elif said == "/threads":
            rows = [(t.name, f"{t.last:%Y-%m-%d %H:%M}", t.opening[:60]) for t in threads(zoo.home)]
            show.table("", ("thread", "last (UTC)", "began with"), rows)
        else:
            show.say(HELP)


def _told(call: ToolCall) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in call.arguments.items() if value is not None]


def _line(values: Any) -> str:
    if isinstance(values, dict):
        return ", ".join(f"{name} {value}" for name, value in values.items())
    return str(values)


def _changes(said: str) -> dict[str, Any]:
    """``epochs=3 name=x`` as values; numbers become numbers."""
    found: dict[str, Any] = {}
    for part in said.replace(",", " ").split():
        name, is_pair, value = part.partition("=")
        if not is_pair:
            return {}
        try:
            found[name] = json.loads(value)
        except json.JSONDecodeError:
            found[name] = value
    return found
