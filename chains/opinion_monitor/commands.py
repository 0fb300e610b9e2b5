"""``chainzoo monitor``: follow posts; ask what was said, how it changed, and how sure that is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

STORE = "opinion_monitor.db"

as_json = click.option("--json", "json_", is_flag=True, help="Print JSON.")
in_store = click.option(
    "--store", type=click.Path(path_type=Path), default=STORE, show_default=True,
    help="The SQLite file.",
)  # fmt: skip


def in_time(command: Any) -> Any:
    """Options that name a stretch of time."""
    for option in (
        click.option("--until", help="Last day (2024-05-31)."),
        click.option("--since", help="First day (2024-05-01)."),
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@click.option("--topics", help="Tuned model that names the topic.")
@click.option("--sentiment", help="Tuned model of positive, neutral and negative.")
@click.option("--entities", help="Tuned model that finds names.")
@click.option("--input", "inputs", multiple=True,
              help="File, folder, - , https://… (RSS, Atom, JSON) or kafka://broker/topic.")  # fmt: skip
@click.option("--watch", is_flag=True, help="Go on for what comes; Ctrl-C ends it.")
@click.option("--alert", "alerts", multiple=True, help="terminal, file:alerts.jsonl or https://…")
@click.option("--window", type=click.Choice(["hour", "day"]), default="day", show_default=True)
@click.option("--lateness", type=click.FloatRange(0, 720), default=2.0, show_default=True,
              help="Hours by which a post may come late.")  # fmt: skip
@click.option("--same", type=click.Choice(["post", "text"]), default="post", show_default=True,
              help="Count once: the same post, or a text once a day.")  # fmt: skip
@click.option("--false-a-month", type=float, default=0.5, show_default=True,
              help="False alerts a month to bear.")  # fmt: skip
@click.option("--cooldown", type=click.IntRange(0), default=3, show_default=True,
              help="Windows of silence after an alert.")  # fmt: skip
@click.option("--batch", type=click.IntRange(1), default=1024, show_default=True,
              help="Posts at once.")  # fmt: skip
@click.option("--poll", type=click.FloatRange(0.05), default=2.0, show_default=True,
              help="Seconds between looks for more.")  # fmt: skip
@in_store
@as_json
@click.pass_context
def monitor(context: click.Context, /, inputs: tuple[str, ...], **told: Any) -> None:
    """Watch what is said: topic and sentiment of posts, counts by window, alerts on real shifts.

    Stopped or killed, it goes on where it was: nothing is lost, nothing is counted twice.

    Example:  chainzoo monitor --topics topic-model --sentiment sentiment-model
    --input posts.jsonl --watch --alert terminal
    """
    if context.invoked_subcommand is not None:
        return
    if not inputs or not told["sentiment"]:
        raise click.UsageError("Give --sentiment MODEL and --input SOURCE, or a verb: --help.")
    from chains.opinion_monitor.config import AlertRule, MonitorConfig
    from chains.opinion_monitor.monitor import build_monitor
    from chains.opinion_monitor.sinks import open_sink
    from chains.opinion_monitor.sources import open_source

    rule = _valid(AlertRule, false_a_month=told["false_a_month"], cooldown=told["cooldown"])
    names = ("topics", "sentiment", "entities", "store", "window", "same", "batch")
    config = _valid(
        MonitorConfig,
        rule=rule,
        lateness_hours=told["lateness"],
        **{name: told[name] for name in names},
    )
    sinks = [open_sink(name) for name in told["alerts"]]
    sources = [open_source(name) for name in inputs]
    with build_monitor(config, sinks=sinks) as running:
        heard = (lambda taken: None) if told["json_"] else _progress
        try:
            totals = running.run(sources, watch=told["watch"], poll=told["poll"], heard=heard)
        except KeyboardInterrupt:
            totals = running.store.totals()
        refused = running.store.refused()
    if told["json_"]:
        _print(totals)
        return
    click.echo(
        ", ".join(f"{count:,} {name}" for name, count in totals.items()) + f" in {config.store}."
    )
    for source, reason in refused:
        click.echo(f"  refused, from {source}: {reason}")
    if totals["refused"] > len(refused):
        click.echo(f"  … {totals['refused'] - len(refused):,} more are in the table `refused`.")


@monitor.command()
@in_store
@in_time
@click.option(
    "--kind", type=click.Choice(["all", "topic", "ticker", "entity"]), help="Of one kind."
)
@click.option("--name", help="One subject.")
@click.option("--by-window", is_flag=True, help="A row a window.")
@as_json
def report(store: Path, since: str | None, until: str | None, json_: bool, **told: Any) -> None:
    """Counts, shares and mean of sentiment by subject, for a stretch of time.

    Example:  chainzoo monitor report --kind topic --since 2024-05-01 --until 2024-05-31
    """
    from chains.opinion_monitor.answers import rows_of, stretch
    from chains.opinion_monitor.store import Store

    opened = Store(store)
    rows = rows_of(opened.series(*stretch(opened, since, until)), **told)
    if json_:
        _print(rows)
        return
    header = ("window", "kind", "name", "posts", "positive", "neutral", "negative", "mean")
    for row in rows:
        row["window"] = row["window"].replace(" – ", "\n")  # First and last day.
    _table(header, [[row[name] for name in header] for row in rows])


@monitor.command()
@in_store
@in_time
@as_json
def alerts(store: Path, since: str | None, until: str | None, json_: bool) -> None:
    """The alerts of a stretch of time, with the posts that caused them.

    Example:  chainzoo monitor alerts --since 2024-05-01
    """
    from chains.opinion_monitor.answers import stretch
    from chains.opinion_monitor.store import Store

    opened = Store(store)
    found = opened.alerts(*stretch(opened, since, until))
    if json_:
        _print(found)
        return
    for alert in found:
        click.echo(alert["text"])
        for post in alert["causes"][:3]:
            click.echo(f"    {' '.join(post['text'].split())[:110]}")
    click.echo(f"{len(found)} alerts.")


@monitor.command()
@in_store
@click.option("--day", help="The day (2024-05-17); the last one when left out.")
@as_json
def brief(store: Path, day: str | None, json_: bool) -> None:
    """A day in words: volume, mood, what moved, alerts. Every figure is computed.

    Example:  chainzoo monitor brief --day 2024-05-17
    """
    from chains.opinion_monitor.brief import brief_of
    from chains.opinion_monitor.store import Store

    found = brief_of(Store(store), day)
    if json_:
        _print(found.as_dict())
    else:
        click.echo(found.text)


@monitor.command()
@in_store
@in_time
@click.option("--out", type=click.Path(path_type=Path), default="opinion.html", show_default=True,
              help="A .html file, or a .png picture.")  # fmt: skip
@click.option("--kind", type=click.Choice(["all", "topic", "ticker", "entity"]), default="topic")
@click.option("--most", type=click.IntRange(1, 40), default=8, help="Subjects drawn.")
@as_json
def charts(
    store: Path, since: str | None, until: str | None, out: Path, json_: bool, **told: Any
) -> None:
    """Volume and sentiment over time with the alerts marked: a picture, or one HTML file.

    Example:  chainzoo monitor charts --out opinion.html --since 2024-05-01
    """
    from chains.opinion_monitor.answers import stretch
    from chains.opinion_monitor.charts import draw
    from chains.opinion_monitor.store import Store

    opened = Store(store)
    drawn = draw(opened, out, *stretch(opened, since, until), **told)
    if json_:
        _print({"output": str(out), "subjects": drawn})
    else:
        click.echo(f"{len(drawn)} subjects are drawn in {out}.")


@monitor.command()
@in_store
@click.option("--kind", type=click.Choice(["all", "topic", "ticker", "entity"]), default="topic")
@click.option("--draws", type=click.IntRange(1, 1000), default=50, show_default=True,
              help="Surges planted of each size.")  # fmt: skip
@click.option("--sizes", default="2,4,8", show_default=True, help="Times a usual day, on top.")
@click.option("--seed", type=int, default=13, show_default=True)
@click.option("--false-a-month", type=float, default=0.5, show_default=True,
              help="False alerts a month to bear.")  # fmt: skip
@as_json
def backtest(store: Path, sizes: str, json_: bool, false_a_month: float, **told: Any) -> None:
    """Plant surges into the stored posts: how soon they are found, and how many alerts are false.

    Example:  chainzoo monitor backtest --draws 50 --sizes 2,4,8
    """
    from chains.opinion_monitor.backtest import backtest as run
    from chains.opinion_monitor.config import AlertRule
    from chains.opinion_monitor.store import Store

    try:
        asked = tuple(float(size) for size in sizes.split(","))
    except ValueError:
        asked = ()
    if not asked or not all(0 < size <= 1000 for size in asked):
        raise click.UsageError(f"--sizes are numbers above 0, such as 2,4,8; found {sizes!r}.")
    rule = _valid(AlertRule, false_a_month=false_a_month)
    found = run(Store(store), rule=rule, sizes=asked, **told)
    if json_:
        _print(found.as_dict())
        return
    click.echo(found.summary())
    _table(found.HEADER, found.table())


def _valid(kind: Any, **values: Any) -> Any:
    """A config; what does not fit is told as misuse."""
    from pydantic import ValidationError

    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])).replace("_", "-")
        raise click.UsageError(f"--{where}: {first['msg']}, found {first['input']!r}.") from None


def _progress(taken: Any) -> None:
    if taken.posts or taken.repeated or taken.refused:
        counts = {n: v for n, v in taken.as_dict().items() if n != "alerts" and v}
        said = ", ".join(f"{value:,} {name}" for name, value in counts.items())
        click.echo(f"{said}; {len(taken.alerts)} alerts", err=True)


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _table(header: tuple[str, ...], rows: list[list[Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    shown = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for at, name in enumerate(header):
        number = bool(rows) and all(isinstance(row[at], int | float) for row in rows)
        shown.add_column(name, justify="right" if number else "left", no_wrap=name == "window")
    for row in rows:
        shown.add_row(*(escape(f"{v:,}" if isinstance(v, int) else str(v)) for v in row))
    Console(highlight=False).print(shown)
