"""Verbs of talk: chat, ask."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from chainzoo.cli import output as show

WAITS = 3  # Exit code: a plan waits for a person.
MINUTES = 10.0


def add_to(group: Any) -> None:
    """Add these verbs to the command line."""
    group.add_command(chat)
    group.add_command(ask)


def talk_options(command: Any) -> Any:
    """What both verbs need to know."""
    for option in (
        click.option(
            "--llm",
            help="brain (embedded), zoo:NAME, hf:FOLDER, openai:…, anthropic:…, ollama:…",
        ),
        click.option("--thread", help="The conversation to go on with.  [default: a new one]"),
        click.option(
            "--root",
            "roots",
            multiple=True,
            help="A folder besides the working one whose files may be touched.",
        ),
        click.option("--yes", is_flag=True, help="Approve plans up to --yes-minutes unasked."),
        click.option(
            "--yes-minutes",
            type=float,
            default=MINUTES,
            show_default=True,
            help="What --yes approves at most, by the plan's estimate.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@talk_options
@click.option("--json", "json_", is_flag=True, help="Read lines, print each turn as a JSON line.")
def chat(
    llm: str | None,
    thread: str | None,
    roots: tuple[str, ...],
    yes: bool,
    auto_approve_minutes: float,
    json_: bool,
) -> None:
    """Talk: find, tune, judge and call models in plain language. /help tells more.

    Example:  chainzoo chat --llm ollama:qwen3
    """
    from chainzoo.cli.chat_session import Chat

    talk = Chat(_open(llm, thread, roots, auto_approve_minutes if yes else None))
    if json_:
        talk.run_lines(sys.stdin)
    else:
        talk.run()


@click.command()
@click.argument("request", required=False)
@talk_options
@click.option("--approve", is_flag=True, help="Approve what waits in --thread.")
@click.option("--reject", is_flag=True, help="Reject what waits in --thread.")
@click.option("--detach", is_flag=True, help="Do not wait for a fine-tuning that was started.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
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
    """Say one thing, and see what comes of it. Exit code 3: a plan waits for your answer.

    Example:  chainzoo ask "tune minilm-l6 on tickets.csv with LoRA, name it tickets" --yes
    """
    from chainzoo.cli.chat_session import ChatTurn

    if (request is None) == (not (approve or reject)) or (approve and reject):
        raise click.UsageError("Say something, or answer a plan with --approve or --reject.")
    talk = _open(llm, thread, roots, auto_approve_minutes if yes else None)
    turn = ChatTurn(talk, quietly=json_)
    if request is not None:
        turn.show(talk.ask(request))
    else:
        kind = "approve" if approve else "reject"
        turn.show(talk.decide({waits.id: {"type": kind} for waits in talk.waiting()}))
    asking = sys.stdin.isatty() and not json_
    while turn.waits and asking:
        turn.answer_in_person()
    if not detach:
        turn.follow_runs()
    if json_:
        print(json.dumps(turn.as_dict(), ensure_ascii=False, indent=2, default=str))
    elif turn.waits:
        show.say(f"Answer with: chainzoo ask --thread {talk.thread} --approve (or --reject)")
    if turn.waits:
        raise click.exceptions.Exit(WAITS)


def _open(
    llm: str | None, thread: str | None, roots: tuple[str, ...], minutes: float | None
) -> Any:
    from chainzoo.agent.assistant import create_zoo_agent
    from chainzoo.agent.conversation import AgentConversation
    from chainzoo.zoo import Zoo

    agent = create_zoo_agent(Zoo(), llm, roots=roots, auto_approve_minutes=minutes)
    return AgentConversation(agent, thread) if thread else AgentConversation(agent)
