"""``chainzoo bot …``: build, chat, ask, rate, test and learn."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from chains.customer_service.bot import Bot
    from chains.customer_service.build import BuildReport
    from chains.customer_service.turn import Turn

PATH = click.Path(path_type=Path)


@click.group()
def bot() -> None:
    """A customer-service bot made from a FAQ, documents and past conversations.

    Example:  chainzoo bot build --faq faq.csv --docs policies/ --history tickets.csv --name shop
    """


def as_json(value: Any) -> None:
    """Print a value as JSON, and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _quiet(_: str) -> None:
    """Nothing beside the JSON."""


def _aloud(text: str) -> None:
    click.echo(f"{text} …", err=True)


def json_option(command: Any) -> Any:
    """The option for output that programs read."""
    return click.option("--json", "json_", is_flag=True, help="Print JSON.")(command)


@bot.command()
@click.option("--name", required=True, help="What the bot is called.")
@click.option("--faq", type=PATH, help="A table with questions and answers.")
@click.option("--docs", type=PATH, multiple=True, help="A document, or a folder of them.")
@click.option("--history", type=PATH, help="Past messages with intents, replies or turns.")
@click.option("--entities", type=PATH, help="Texts with tagged entities, to fill slots by.")
@click.option("--config", type=PATH, help="TOML with templates, slots, hours, forbidden topics.")
@click.option("--model", help="Card of the encoder; a larger one answers better.")
@click.option("--llm", help="A chat model that words the answers.")
@click.option("--reranker", help="A tuned text-ranking model for the passages.")
@click.option("--method", type=click.Choice(["full", "lora", "head"]), help="How to tune.")
@click.option("--epochs", type=float, help="Passes over the history.")
@json_option
def build(
    name: str,
    faq: Path | None,
    docs: tuple[Path, ...],
    history: Path | None,
    entities: Path | None,
    config: Path | None,
    json_: bool,
    **settings: Any,
) -> None:
    """Build a bot, or build it anew: read, mask, tune, calibrate, index.

    Example:  chainzoo bot build --faq faq.csv --docs policies/ --history tickets.csv --name shop
    """
    from chains.customer_service.build import Material, make_bot
    from chains.customer_service.config import BotConfig, read_toml

    told = {key: value for key, value in settings.items() if value is not None}
    values = {**(read_toml(config) if config else {}), **told, "name": name}
    chosen = BotConfig.of(str(config or "bot build"), **values)
    material = Material(faq, docs, history, entities)
    say = _quiet if json_ else _aloud
    made, report = make_bot(chosen, material, say)
    if json_:
        as_json(report.as_dict())
        return
    show_build(report)
    click.echo(f"Kept in {made.folder}. Talk to it:  chainzoo bot chat {name}")


def show_build(report: BuildReport) -> None:
    """What was built, in lines."""
    counts = ", ".join(f"{count} from {source}" for source, count in report.entries.items())
    click.echo(f"Bot {report.bot}, {report.skill}: knows {counts or 'no entries'}.")
    if report.utterances:
        click.echo(f"{report.utterances} messages of {report.intents} intents.")
    for title, values in (
        ("Left out", report.left_out),
        ("Masked", report.masked),
        ("On held-out messages", report.held_out),
        ("Thresholds", report.thresholds),
    ):
        shown = [f"{name} {value:g}" for name, value in values.items() if value]
        if shown:
            click.echo(f"{title}: {', '.join(shown)}.")
    if report.models:
        click.echo(f"Models: {', '.join(report.models)}.")


def _open(name: str) -> Bot:
    from chains.customer_service.bot import build_bot
    from chains.customer_service.config import open_config

    return build_bot(open_config(name))


def show_turn(turn: Turn) -> None:
    """What the bot says, with its sources."""
    from chains.customer_service.phrases import say

    click.echo(turn.text)
    for citation in turn.citations:
        click.echo(f"  [{say('source', turn.language)}: {citation.source}]")
    if turn.summary:
        click.echo("\n".join(f"  | {line}" for line in turn.summary.splitlines()))


@bot.command()
@click.argument("name")
@click.argument("question")
@click.option("--thread", help="The conversation that it belongs to.")
@json_option
def ask(name: str, question: str, thread: str | None, json_: bool) -> None:
    """Ask one question.

    Example:  chainzoo bot ask shop "Can I send shoes back after three weeks?"
    """
    turn = _open(name).invoke({"text": question, "thread": thread})
    as_json(turn.as_dict()) if json_ else show_turn(turn)


@bot.command()
@click.argument("name")
@click.option("--thread", help="A conversation to go on with.")
@json_option
def chat(name: str, thread: str | None, json_: bool) -> None:
    """Talk to a bot, a message a line; /up and /down rate its last answer, /quit ends.

    Example:  chainzoo bot chat shop
    """
    from uuid import uuid4

    opened, last = _open(name), 0
    thread = thread or uuid4().hex[:12]
    if not json_:
        click.echo(f"{name} listens. /up, /down [right intent], /quit.", err=True)
    for line in _lines():
        word, _, rest = line.partition(" ")
        if word in ("/quit", "/exit"):
            break
        if word in ("/up", "/down"):
            if last:
                opened.rate(last, good=word == "/up", intent=rest.strip() or None)
            click.echo("Noted." if last else "There is no answer to rate yet.", err=True)
            continue
        turn = opened.invoke({"text": line, "thread": thread})
        last = turn.number
        if json_:
            click.echo(json.dumps(turn.as_dict(), ensure_ascii=False))
        else:
            show_turn(turn)


def _lines() -> Any:
    """Lines of a person at a terminal, or of a pipe."""
    stream = sys.stdin
    while True:
        if stream.isatty():
            click.echo("> ", nl=False, err=True)
        line = stream.readline()
        if not line:
            return
        yield line.rstrip("\n")


@bot.command()
@click.argument("name")
@click.argument("turn", type=int)
@click.option("--up/--down", "good", required=True, help="Whether the answer was good.")
@click.option("--intent", help="The intent that would have been right.")
@click.option("--answer", help="The answer that would have been right.")
@json_option
def rate(
    name: str, turn: int, good: bool, intent: str | None, answer: str | None, json_: bool
) -> None:
    """Rate an answer by its number; ``learn`` makes use of it.

    Example:  chainzoo bot rate shop 12 --down --intent delivery
    """
    from chains.customer_service.config import open_config
    from chains.customer_service.log import Log
    from chains.customer_service.privacy import mask

    config = open_config(name)
    if intent and config.templates and intent not in config.templates:
        click.echo(f"Note: there is no template for the intent {intent!r}.", err=True)
    told = mask(answer) if answer else None
    Log(config.folder / "log.db").rate(turn, good=good, intent=intent, answer=told)
    noted = {"turn": turn, "good": good, "intent": intent, "answer": told}
    as_json(noted) if json_ else click.echo(f"Noted. It counts after:  chainzoo bot learn {name}")


@bot.command()
@click.argument("name")
@click.argument("thread")
@json_option
def forget(name: str, thread: str, json_: bool) -> None:
    """Erase a conversation: its turns, its memory and its ratings.

    Example:  chainzoo bot forget shop 3f9a1c20b7de
    """
    from chains.customer_service.config import open_config
    from chains.customer_service.log import Log

    erased = Log(open_config(name).folder / "log.db").forget(thread)
    if json_:
        as_json({"thread": thread, "turns": erased})
    else:
        click.echo(f"{erased} turns erased." if erased else f"There is no conversation {thread}.")


@bot.command()
@click.argument("name")
@click.argument("questions", type=PATH)
@json_option
def test(name: str, questions: Path, json_: bool) -> None:
    """Judge a bot on questions with known answers or intents.

    Example:  chainzoo bot test shop questions.csv
    """
    from chains.customer_service.judging import judge, read_questions

    found = judge(_open(name), read_questions(questions))
    if json_:
        as_json(found.as_dict())
        return
    values = found.as_dict()
    mistakes = values.pop("mistakes")
    for title, value in values.items():
        share = f"  {value / found.questions:6.1%}" if isinstance(value, int) else ""
        click.echo(f"{title.replace('_', ' '):22} {value:>7,}{share}")
    for mistake in mistakes[:10]:
        click.echo(f"wrong: {mistake['asked']}\n   said: {mistake['said'][:150]}")


@bot.command()
@click.argument("name")
@json_option
def learn(name: str, json_: bool) -> None:
    """Learn from feedback; a skill that is worse on held-out messages is not taken.

    Example:  chainzoo bot learn shop
    """
    from chains.customer_service.config import open_config
    from chains.customer_service.learn import learn as learn_from

    say = _quiet if json_ else _aloud
    made, report = learn_from(open_config(name), say)
    if json_:
        as_json(report.as_dict())
        return
    if not report.taken:
        click.echo(f"Nothing changed: {report.because}.")
        return
    click.echo(
        f"{made.skill} answers now: {report.utterances} messages and {report.entries} answers"
        f" learnt; {report.because}."
    )
