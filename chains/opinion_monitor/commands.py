"""``chainzoo monitor``: follow posts, and query what is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chains.opinion_monitor.subjects import KINDS
from chains.terminal import json_option, print_json, print_progress, print_table

if TYPE_CHECKING:
    from chains.opinion_monitor.monitor import IngestResult

Command = Callable[..., Any]

store_option = click.option(
    "--store", type=click.Path(path_type=Path), default="opinion_monitor.db", show_default=True,
    help="The SQLite file.",
)  # fmt: skip
false_alerts_option = click.option(
    "--false-alerts-per-month", type=float, default=0.5, show_default=True,
    help="Expected false alerts a month, at most.",
)  # fmt: skip


def time_options(command: Command) -> Command:
    """Add the options that select a time range."""
    for option in (
        click.option("--until", help="Last day (2024-05-31)."),
        click.option("--since", help="First day (2024-05-01)."),
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@click.option("--topics", help="Tuned model that classifies the topic.")
@click.option("--sentiment", help="Tuned model of positive, neutral and negative.")
@click.option("--entities", help="Tuned model that tags entities.")
@click.option("--input", "inputs", multiple=True,
              help="File, folder, - , https://… (RSS, Atom, JSON) or kafka://broker/topic.")  # fmt: skip
@click.option("--watch", is_flag=True, help="Keep following the inputs; Ctrl-C ends it.")
@click.option("--alert", "sinks", multiple=True, help="terminal, file:alerts.jsonl or https://…")
@click.option("--window", type=click.Choice(["hour", "day"]), default="day", show_default=True,
              help="Length of a window.")  # fmt: skip
@click.option("--lateness", type=click.FloatRange(0, 720), default=2.0, show_default=True,
              help="Allowed lateness: hours that a window stays open after its end.")  # fmt: skip
@click.option("--deduplicate-by", type=click.Choice(["post", "text"]), default="post",
              show_default=True, help="Count once: the same post, or the same text on a day.")  # fmt: skip
@false_alerts_option
@click.option("--cooldown", type=click.IntRange(0), default=3, show_default=True,
              help="Windows without a further alert on a subject.")  # fmt: skip
@click.option("--batch-size", type=click.IntRange(1), default=1024, show_default=True,
              help="Posts predicted on and stored at once.")  # fmt: skip
@click.option("--poll", type=click.FloatRange(0.05), default=2.0, show_default=True,
              help="Seconds between polls of the inputs.")  # fmt: skip
@store_option
@json_option
@click.pass_context
def monitor(context: click.Context, /, inputs: tuple[str, ...], **options: Any) -> None:
    """Monitor posts: topic and sentiment, counts by window, alerts on significant changes.

    After a stop or a crash it continues where it was; no post is lost or counted twice.

    Example:  chainzoo monitor --topics topic-model --sentiment sentiment-model
    --input posts.jsonl --watch --alert terminal
    """
    if context.invoked_subcommand is not None:
        return
    if not inputs or not options["sentiment"]:
        raise click.UsageError("Give --sentiment MODEL and --input SOURCE, or a command: --help.")
    _follow(inputs, options)


def _follow(inputs: tuple[str, ...], options: dict[str, Any]) -> None:
    from chains.opinion_monitor.config import AlertRule, MonitorConfig
    from chains.opinion_monitor.monitor import build_monitor
    from chains.opinion_monitor.sinks import open_sink
    from chains.opinion_monitor.sources import open_source

    rule_fields = ("false_alerts_per_month", "cooldown")
    fields = (
        "topics", "sentiment", "entities", "store", "window", "deduplicate_by", "batch_size",
    )  # fmt: skip
    config = _validate(
        MonitorConfig,
        rule=_validate(AlertRule, **{name: options[name] for name in rule_fields}),
        lateness_hours=options["lateness"],
        **{name: options[name] for name in fields},
    )
    sinks = [open_sink(address) for address in options["sinks"]]
    sources = [open_source(address) for address in inputs]
    with build_monitor(config, sinks=sinks) as running:
        try:
            totals = running.run(
                sources,
                watch=options["watch"],
                poll_seconds=options["poll"],
                on_batch=_ignore_result if options["json_"] else _print_result,
            )
        except KeyboardInterrupt:
            totals = running.store.totals()
        rejected = running.store.rejected()
    if options["json_"]:
        print_json(totals)
        return
    counts = ", ".join(f"{count:,} {name}" for name, count in totals.items())
    click.echo(f"{counts} in {config.store}.")
    for source, reason in rejected:
        click.echo(f"  rejected, from {source}: {reason}")
    if totals["rejected"] > len(rejected):
        more = totals["rejected"] - len(rejected)
        click.echo(f"  … {more:,} more are in the table `rejected`.")


@monitor.command()
@store_option
@time_options
@click.option("--kind", type=click.Choice(KINDS), help="Subjects of one kind.")
@click.option("--name", help="One subject.")
@click.option("--by-window", is_flag=True, help="A row a window.")
@json_option
def report(store: Path, since: str | None, until: str | None, json_: bool, **filters: Any) -> None:
    """Report counts, shares and mean of sentiment by subject, for a time range.

    Example:  chainzoo monitor report --kind topic --since 2024-05-01 --until 2024-05-31
    """
    from chains.opinion_monitor.reports import COLUMNS, report_rows, time_range
    from chains.opinion_monitor.store import MonitorStore

    opened = MonitorStore(store)
    rows = report_rows(opened.series(*time_range(opened, since, until)), **filters)
    if json_:
        print_json(rows)
        return
    for row in rows:
        row["window"] = row["window"].replace(" – ", "\n")  # First and last window.
    print_table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows], fixed=("window",))


@monitor.command()
@store_option
@time_options
@json_option
def alerts(store: Path, since: str | None, until: str | None, json_: bool) -> None:
    """List the alerts of a time range, with example posts.

    Example:  chainzoo monitor alerts --since 2024-05-01
    """
    from chains.opinion_monitor.reports import time_range
    from chains.opinion_monitor.sinks import format_example_posts
    from chains.opinion_monitor.store import MonitorStore

    opened = MonitorStore(store)
    records = opened.alerts(*time_range(opened, since, until))
    if json_:
        print_json(records)
        return
    for record in records:
        click.echo(record["text"])
        for line in format_example_posts(record):
            click.echo(f"    {line}")
    click.echo(f"{len(records)} alerts.")


@monitor.command()
@store_option
@click.option("--day", help="The day (2024-05-17); the last one when left out.")
@json_option
def brief(store: Path, day: str | None, json_: bool) -> None:
    """Summarize a day in sentences: volume, sentiment, changes, alerts.

    All figures are computed; no model writes text.

    Example:  chainzoo monitor brief --day 2024-05-17
    """
    from chains.opinion_monitor.brief import daily_brief
    from chains.opinion_monitor.store import MonitorStore

    summary = daily_brief(MonitorStore(store), day)
    if json_:
        print_json(summary.as_dict())
    else:
        click.echo(summary.text)


@monitor.command()
@store_option
@time_options
@click.option("--out", type=click.Path(path_type=Path), default="opinion.html", show_default=True,
              help="A .html file, or a .png image.")  # fmt: skip
@click.option("--kind", type=click.Choice(KINDS), default="topic", show_default=True,
              help="Subjects of this kind.")  # fmt: skip
@click.option("--max-subjects", type=click.IntRange(1, 40), default=8, show_default=True,
              help="Subjects that are charted, those with the most posts first.")  # fmt: skip
@json_option
def charts(
    store: Path, since: str | None, until: str | None, out: Path, json_: bool, **options: Any
) -> None:
    """Chart volume and sentiment over time with the alerts marked: an image, or one HTML file.

    Example:  chainzoo monitor charts --out opinion.html --since 2024-05-01
    """
    from chains.opinion_monitor.chart_files import write_charts
    from chains.opinion_monitor.reports import time_range
    from chains.opinion_monitor.store import MonitorStore

    opened = MonitorStore(store)
    names = write_charts(opened, out, time_range(opened, since, until), **options)
    if json_:
        print_json({"output": str(out), "subjects": names})
    else:
        click.echo(f"Charts of {len(names)} subjects: {out}.")


@monitor.command()
@store_option
@click.option("--kind", type=click.Choice(KINDS), default="topic", show_default=True,
              help="Subjects of this kind.")  # fmt: skip
@click.option("--draws", type=click.IntRange(1, 1000), default=50, show_default=True,
              help="Simulated surges of each size.")  # fmt: skip
@click.option("--sizes", default="2,4,8", show_default=True,
              help="Posts of a surge, in usual days' posts.")  # fmt: skip
@click.option("--seed", type=int, default=13, show_default=True, help="Of the simulation.")
@false_alerts_option
@json_option
def backtest(
    store: Path, sizes: str, json_: bool, false_alerts_per_month: float, **options: Any
) -> None:
    """Backtest the alert rule: delay of detection of simulated surges, and false alerts.

    Example:  chainzoo monitor backtest --draws 50 --sizes 2,4,8
    """
    from chains.opinion_monitor.backtest import backtest as run_backtest
    from chains.opinion_monitor.config import AlertRule
    from chains.opinion_monitor.store import MonitorStore

    options["sizes"] = _parse_sizes(sizes)
    options["rule"] = _validate(AlertRule, false_alerts_per_month=false_alerts_per_month)
    result = run_backtest(MonitorStore(store), **options)
    if json_:
        print_json(result.as_dict())
        return
    click.echo(result.summary())
    print_table(result.HEADER, result.table())


def _parse_sizes(text: str) -> tuple[float, ...]:
    try:
        sizes = tuple(float(size) for size in text.split(","))
    except ValueError:
        sizes = ()
    if not sizes or not all(0 < size <= 1000 for size in sizes):
        raise click.UsageError(f"--sizes are numbers above 0, such as 2,4,8; found {text!r}.")
    return sizes


def _validate(model: Any, **values: Any) -> Any:
    """Return a settings object; report a value that does not fit as wrong usage."""
    from pydantic import ValidationError

    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        option = ".".join(map(str, first["loc"])).replace("_", "-")
        raise click.UsageError(f"--{option}: {first['msg']}, found {first['input']!r}.") from None


def _ignore_result(_: IngestResult) -> None:
    """Print nothing."""


def _print_result(result: IngestResult) -> None:
    counts = {name: n for name, n in result.as_dict().items() if name != "alerts" and n}
    if counts:
        shown = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        print_progress(f"{shown}; {len(result.alerts)} alerts")
