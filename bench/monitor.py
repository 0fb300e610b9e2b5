"""The opinion monitor on StockNet's posts: posts a second, a kill in the middle, simulated surges.

The sentiment model is tuned on Financial PhraseBank. The topic model is tuned on the posts
themselves: the label of a post is the company whose file it is in, so no topic was labelled by hand,
and the accuracy of the topics is not measured here. Both are minilm-l6 with LoRA, tuned for one
epoch on ``--rows`` rows.

Run: python bench/monitor.py            (about ten minutes on two cores)
"""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import harness

from chains.opinion_monitor import AlertRule, MonitorConfig, build_monitor
from chains.opinion_monitor.backtest import backtest
from chains.opinion_monitor.posts import parse_post, parse_time
from chains.opinion_monitor.sources import FileSource
from chains.opinion_monitor.store import MonitorStore
from chainzoo import Recipe, Zoo
from chainzoo.data.write import write_rows
from chainzoo.pipeline import TuningJob, fine_tune

SEED = 13
SETTINGS = {"model": "minilm-l6", "method": "lora", "epochs": 1, "max_length": 64, "seed": SEED}
CONTENT_QUERIES = (
    "SELECT * FROM window_counts ORDER BY kind, name, start",
    "SELECT key, topic, sentiment, polarity FROM posts ORDER BY key",
    "SELECT id, severity FROM alerts ORDER BY id",
)


def load_posts(folder: Path) -> list[dict[str, Any]]:
    """Return every post with the company whose file it is in, by time."""
    rows = [
        {**json.loads(line), "ticker": path.stem}
        for path in sorted((folder / "financial/stocknet/tweet").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return sorted(rows, key=lambda row: parse_time(row["created_at"]))


def load_sentiments(folder: Path) -> list[dict[str, str]]:
    """Return sentences of financial news with their sentiment."""
    path = folder / "financial/financial_phrasebank/financialphrasebank.csv"
    with path.open(encoding="latin-1") as file:
        return [{"text": text, "label": label} for label, text in csv.reader(file)]


def tune(zoo: Zoo, name: str, rows: list[dict[str, str]], max_rows: int) -> None:
    """Tune for one epoch on a random sample of rows."""
    started_at = time.perf_counter()
    sample = random.Random(SEED).sample(rows, min(max_rows, len(rows)))
    data = write_rows(sample, zoo.home.cache)
    job = TuningJob(Recipe.of(name=name, **SETTINGS), str(data), zoo.home.runs / name)
    model = fine_tune(zoo.home, job)
    seconds = time.perf_counter() - started_at
    score = f"{model.metric} {model.score:.2f}"
    print(f"{name}: {len(sample):,} rows, {score}, {seconds:.0f} s", flush=True)


def measure_throughput(zoo: Zoo, posts: Path, store: Path, batch_size: int) -> None:
    """Print the posts a second from the file to the store, without loading the models."""
    config = MonitorConfig(sentiment="mood", topics="topic", store=store, batch_size=batch_size)
    with build_monitor(config, zoo) as monitor:
        started_at = time.perf_counter()
        totals = monitor.run([FileSource(posts)])
        seconds = time.perf_counter() - started_at
    rate = totals["posts"] / seconds
    print(f"{json.dumps(totals)}\n{rate:,.0f} posts a second ({seconds:.1f} s)", flush=True)


def compare_after_kill(
    home: Path, posts: Path, complete: Path, killed: Path, batch_size: int
) -> None:
    """Run the command, kill it when a third is stored, run it again, and compare the stores."""
    command = [sys.executable, "-m", "chainzoo", "monitor", "--topics", "topic"]
    command += ["--sentiment", "mood", "--input", str(posts), "--store", str(killed)]
    command += ["--batch-size", str(batch_size), "--json"]
    env = {**os.environ, "CHAINZOO_HOME": str(home)}
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    third = count_posts(complete) // 3
    while child.poll() is None and count_posts(killed) < third:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    total = count_posts(complete)
    print(f"killed with {count_posts(killed):,} of {total:,} posts stored", flush=True)
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    for query in CONTENT_QUERIES:
        with sqlite3.connect(complete) as first, sqlite3.connect(killed) as second:
            expected, rows = first.execute(query).fetchall(), second.execute(query).fetchall()
        table = query.split(" FROM ")[1].split()[0]
        verdict = "identical" if rows == expected else "DIFFERENT"
        print(f"  {table}: {len(expected):,} rows, {verdict}", flush=True)


def count_posts(path: Path) -> int:
    """Return the number of posts in a store, which may not exist yet."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM posts").fetchone()[0])
    except sqlite3.Error:
        return 0


def print_backtest(store: Path, draws: int, false_alerts_per_month: float) -> None:
    """Print the delays and the false alerts of one rule."""
    rule = AlertRule(false_alerts_per_month=false_alerts_per_month)
    result = backtest(MonitorStore(store), kind="ticker", draws=draws, rule=rule)
    print(f"\nat most {false_alerts_per_month:g} false alerts a month\n{result.summary()}")
    print(" | ".join(result.HEADER))
    for row in result.table():
        print(" | ".join(map(str, row)), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Tune, measure the throughput, kill, and backtest."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--batch-size", type=int, default=1024)
    options = parser.parse_args(arguments)
    if options.quick:
        options.rows, options.draws, options.batch_size = 40, 2, 16
    rows = load_posts(options.data)
    with harness.temporary_home("minilm-l6") as home:
        names = ("posts.jsonl", "complete.db", "killed.db")
        posts, complete, killed = (home.root / name for name in names)
        posts.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        zoo, now = Zoo(home), time.time()
        tune(zoo, "mood", load_sentiments(options.data), options.rows)
        topics = [
            {"text": parse_post(row, "bench", "0", now=now).text, "label": row["ticker"]}
            for row in rows
        ]
        tune(zoo, "topic", topics, options.rows)
        measure_throughput(zoo, posts, complete, options.batch_size)
        compare_after_kill(home.root, posts, complete, killed, options.batch_size)
        for false_alerts in (0.5, 4.0):
            print_backtest(complete, options.draws, false_alerts)


if __name__ == "__main__":
    main()
