"""Commands that talk to the agent: chat, ask."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from chainzoo.cli import display
from chainzoo.cli.options import json_option

SECTION = "Talking to the agent"
EXIT_PENDING = 3  # Exit code: a plan waits for approval.
AUTO_APPROVE_MINUTES = 10.0


APPROVAL_OPTIONS = (
    click.option("--yes", is_flag=True, help="Approve plans without asking."),
    click.option(
        "--auto-approve-minutes",
        type=click.FloatRange(min=0),
        default=AUTO_APPROVE_MINUTES,
        show_default=True,
        help="Longest plan that --yes approves, by its estimate.",
    ),
    click.option(
        "--root",
        "roots",
        multiple=True,
        type=click.Path(),
        help="A folder in which files may be accessed, besides the working folder; repeatable.",
    ),
)
AGENT_OPTIONS = (
    click.option(
        "--llm",
        help="brain (embedded), zoo:NAME, hf:FOLDER, openai:…, anthropic:…, ollama:…",
    ),
    click.option("--thread", help="The conversation to continue.  [default: a new one]"),
    *APPROVAL_OPTIONS,
)


def approval_options(command: Any) -> Any:
    """Add the options about approvals and file access, which serving shares."""
    return _add(APPROVAL_OPTIONS, command)


def agent_options(command: Any) -> Any:
    """Add the options that both commands share."""
    return _add(AGENT_OPTIONS, command)


def _add(options: Sequence[Callable[[Any], Any]], command: Any) -> Any:
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@agent_options
@click.option(
    "--json", "json_", is_flag=True, help="Read a request a line, print each turn as a JSON line."
)
def chat(
    llm: str | None,
    thread: str | None,
    roots: tuple[str, ...],
    yes: bool,
    auto_approve_minutes: float,
    json_: bool,
) -> None:
    """Find, tune, evaluate and call models in plain language. /help shows examples.

    Example:  chainzoo chat --llm ollama:qwen3
    """
    from chainzoo.cli.chat_session import ChatSession
    from chainzoo.zoo import Zoo

    zoo = Zoo()
    minutes = auto_approve_minutes if yes else None
    session = ChatSession(zoo, _open_conversation(zoo, llm, thread, roots, minutes))
    if json_:
        session.run_lines(sys.stdin)
    else:
        session.run()


@click.command()
@click.argument("request", required=False)
@agent_options
@click.option("--approve", is_flag=True, help="Approve what waits in --thread.")
@click.option("--reject", is_flag=True, help="Reject what waits in --thread.")
@click.option("--detach", is_flag=True, help="Do not wait for a fine-tuning that was started.")
@json_option
def ask(
    request: str | None,
    llm: str | None,
    thread: str | None,
    roots: tuple[str, ...],
    yes: bool,
    auto_approve_minutes: float,
    approve: bool,
    reject: bool,
    detach: bool,
    json_: bool,
) -> None:
    """Send one request to the agent. Exit code 3: a plan waits for your approval.

    Example:  chainzoo ask "tune minilm-l6 on tickets.csv with LoRA, name it tickets" --yes
    """
    from chainzoo.cli.chat_turn import ChatTurn
    from chainzoo.zoo import Zoo

    if (request is None) == (not (approve or reject)) or (approve and reject):
        raise click.UsageError("Give a request, or decide on a plan with --approve or --reject.")
    zoo = Zoo()
    minutes = auto_approve_minutes if yes else None
    conversation = _open_conversation(zoo, llm, thread, roots, minutes)
    turn = ChatTurn(zoo, conversation, quiet=json_)
    if request is not None:
        turn.show(conversation.stream(request))
    else:
        kind = "approve" if approve else "reject"
        decisions = {pending.id: {"type": kind} for pending in conversation.pending_approvals()}
        turn.show(conversation.resume(decisions))
    _finish(turn, detach=detach, json_=json_)


def _finish(turn: Any, *, detach: bool, json_: bool) -> None:
    """Ask for approvals at a terminal, wait for fine-tunings, and print what came of the turn."""
    if sys.stdin.isatty() and not json_:
        turn.prompt_approvals()
    if not detach:
        turn.follow_runs()
    if json_:
        print(json.dumps(turn.as_dict(), ensure_ascii=False, indent=2, default=str))
    elif turn.pending:
        thread = turn.conversation.thread
        display.text(f"Decide with: chainzoo ask --thread {thread} --approve (or --reject)")
    if turn.pending:
        raise click.exceptions.Exit(EXIT_PENDING)


def _open_conversation(
    zoo: Any, llm: str | None, thread: str | None, roots: tuple[str, ...], minutes: float | None
) -> Any:
    from chainzoo.agent.assistant import create_zoo_agent
    from chainzoo.agent.conversation import AgentConversation

    agent = create_zoo_agent(zoo, llm, roots=roots, auto_approve_minutes=minutes)
    return AgentConversation(agent, thread) if thread else AgentConversation(agent)


COMMANDS = (chat, ask)
