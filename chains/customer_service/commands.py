"""``chainzoo bot``: build, chat, ask, rate, forget, test and learn."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chains.terminal import ignore_progress, json_option, print_json, print_progress

if TYPE_CHECKING:
    from chains.customer_service.bot import Bot
    from chains.customer_service.build import BuildReport
    from chains.customer_service.turns import BotTurn

PATH = click.Path(path_type=Path)
SHOWN_MISTAKES = 10


@click.group()
def bot() -> None:
    """A customer-service bot built from a FAQ, documents and past conversations.

    Example:  chainzoo bot build --faq faq.csv --docs policies/ --history tickets.csv --name shop
    """


@bot.command()
@click.option("--name", required=True, help="Name of the bot.")
@click.option("--faq", type=PATH, help="Table of questions and answers.")
@click.option("--docs", type=PATH, multiple=True, help="A document, or a folder of documents.")
@click.option("--history", type=PATH, help="Past messages with intents, replies or turns.")
@click.option("--entities", type=PATH, help="Texts with tagged entities, to fill slots.")
@click.option("--config", type=PATH, help="TOML with templates, slots, hours, forbidden topics.")
@click.option("--model", help="Card of the encoder; a larger one answers better.")
@click.option("--llm", help="Chat model that writes answers from passages.")
@click.option("--reranker", help="Tuned text-ranking model for the passages.")
@click.option("--method", type=click.Choice(["full", "lora", "head"]), help="Tuning method.")
@click.option("--epochs", type=float, help="Epochs of tuning on the history.")
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
    """Build a bot, or a new version of it: read, mask, tune, calibrate, index.

    Example:  chainzoo bot build --faq faq.csv --docs policies/ --history tickets.csv --name shop
    """
    from chains.customer_service.build import train_bot
    from chains.customer_service.config import BotConfig, read_toml
    from chains.customer_service.training_data import BotTrainingData

    options = {key: value for key, value in settings.items() if value is not None}
    values = {**(read_toml(config) if config else {}), **options, "name": name}
    bot_config = BotConfig.of(str(config or "bot build"), **values)
    data = BotTrainingData(faq, docs, history, entities)
    progress = ignore_progress if json_ else print_progress
    trained, report = train_bot(bot_config, data, progress)
    if json_:
        print_json(report.as_dict())
        return
    _print_report(report)
    click.echo(f"Saved in {trained.folder}. Talk to it:  chainzoo bot chat {name}")


def _print_report(report: BuildReport) -> None:
    counts = ", ".join(f"{count} from {source}" for source, count in report.entries.items())
    click.echo(f"Bot {report.bot}, {report.version}: knowledge of {counts or 'no'} entries.")
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


def _open_bot(name: str) -> Bot:
    from chains.customer_service.bot import build_bot
    from chains.customer_service.config import load_config

    return build_bot(load_config(name))


def _print_turn(turn: BotTurn) -> None:
    """Print a turn with its sources, and the summary of a handover."""
    from chains.customer_service.phrases import phrase

    click.echo(turn.text)
    for citation in turn.citations:
        click.echo(f"  [{phrase('source', turn.language)}: {citation.source}]")
    if turn.summary:
        click.echo("\n".join(f"  | {line}" for line in turn.summary.splitlines()))


@bot.command()
@click.argument("name")
@click.argument("question")
@click.option("--thread", help="The conversation that the question belongs to.")
@json_option
def ask(name: str, question: str, thread: str | None, json_: bool) -> None:
    """Ask one question.

    Example:  chainzoo bot ask shop "Can I send shoes back after three weeks?"
    """
    turn = _open_bot(name).invoke({"text": question, "thread": thread})
    if json_:
        print_json(turn.as_dict())
    else:
        _print_turn(turn)


@bot.command()
@click.argument("name")
@click.option("--thread", help="A conversation to continue.")
@json_option
def chat(name: str, thread: str | None, json_: bool) -> None:
    """Chat with a bot, a message a line; /up and /down rate its last answer, /quit ends.

    Example:  chainzoo bot chat shop
    """
    from uuid import uuid4

    opened, last_number = _open_bot(name), 0
    thread = thread or uuid4().hex[:12]
    if not json_:
        print_progress(f"{name} is ready. /up, /down [correct intent], /quit.")
    for line in _read_lines():
        command, _, argument = line.partition(" ")
        if command in ("/quit", "/exit"):
            break
        if command in ("/up", "/down"):
            if last_number:
                intent = argument.strip() or None
                opened.rate(last_number, good=command == "/up", intent=intent)
            print_progress("Saved." if last_number else "There is no answer to rate yet.")
            continue
        turn = opened.invoke({"text": line, "thread": thread})
        last_number = turn.number
        if json_:
            click.echo(json.dumps(turn.as_dict(), ensure_ascii=False))
        else:
            _print_turn(turn)


def _read_lines() -> Iterator[str]:
    """Yield lines of standard input; a terminal gets a prompt."""
    while True:
        if sys.stdin.isatty():
            click.echo("> ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.rstrip("\n")


@bot.command()
@click.argument("name")
@click.argument("turn", type=int)
@click.option("--up/--down", "good", required=True, help="Whether the answer was good.")
@click.option("--intent", help="The correct intent.")
@click.option("--answer", help="The correct answer.")
@json_option
def rate(
    name: str, turn: int, good: bool, intent: str | None, answer: str | None, json_: bool
) -> None:
    """Rate an answer by its number; `chainzoo bot learn` trains on ratings.

    Example:  chainzoo bot rate shop 12 --down --intent delivery
    """
    from chains.customer_service.audit_log import AuditLog
    from chains.customer_service.config import load_config
    from chains.customer_service.privacy import mask

    config = load_config(name)
    if intent and config.templates and intent not in config.templates:
        print_progress(f"Note: there is no template for the intent {intent!r}.")
    masked = mask(answer) if answer else None
    AuditLog(config.folder / "log.db").rate(turn, good=good, intent=intent, answer=masked)
    if json_:
        print_json({"turn": turn, "good": good, "intent": intent, "answer": masked})
    else:
        click.echo(f"Saved. Train on it:  chainzoo bot learn {name}")


@bot.command()
@click.argument("name")
@click.argument("thread")
@json_option
def forget(name: str, thread: str, json_: bool) -> None:
    """Erase a conversation: its turns, its session and its ratings.

    Example:  chainzoo bot forget shop 3f9a1c20b7de
    """
    from chains.customer_service.audit_log import AuditLog
    from chains.customer_service.config import load_config

    erased = AuditLog(load_config(name).folder / "log.db").forget(thread)
    if json_:
        print_json({"thread": thread, "turns": erased})
    else:
        click.echo(f"{erased} turns erased." if erased else f"There is no conversation {thread}.")


@bot.command()
@click.argument("name")
@click.argument("questions", type=PATH)
@json_option
def test(name: str, questions: Path, json_: bool) -> None:
    """Evaluate a bot on questions with known answers or intents.

    Example:  chainzoo bot test shop questions.csv
    """
    from chains.customer_service.evaluation import evaluate_bot, read_questions

    evaluation = evaluate_bot(_open_bot(name), read_questions(questions))
    values = evaluation.as_dict()
    if json_:
        print_json(values)
        return
    mistakes = values.pop("mistakes")
    for title, value in values.items():
        share = f"  {value / evaluation.questions:6.1%}" if isinstance(value, int) else ""
        click.echo(f"{title.replace('_', ' '):22} {value:>7,}{share}")
    for mistake in mistakes[:SHOWN_MISTAKES]:
        click.echo(f"wrong: {mistake['question']}\n   answer: {mistake['answer'][:150]}")


@bot.command()
@click.argument("name")
@json_option
def learn(name: str, json_: bool) -> None:
    """Retrain on ratings; a version that is worse on held-out messages is not used.

    Example:  chainzoo bot learn shop
    """
    from chains.customer_service.config import load_config
    from chains.customer_service.feedback import retrain

    progress = ignore_progress if json_ else print_progress
    config, report = retrain(load_config(name), progress)
    if json_:
        print_json(report.as_dict())
        return
    if not report.accepted:
        click.echo(f"Nothing changed: {report.reason}.")
        return
    click.echo(
        f"{config.version} answers from now on, trained on {report.utterances} more messages and"
        f" {report.entries} more answers; {report.reason}."
    )
