"""The opinion monitor on StockNet's posts: posts a second, planted surges, a kill in the middle.

The model of sentiment learns from Financial PhraseBank. The model of topics learns from the posts
themselves: the label of a post is the company whose file it lies in, so nobody labelled a topic by
hand, and how right the topics are is not judged here. Both are minilm-l6 with LoRA, tuned for one
pass over ``--rows`` rows.

Run: python bench/monitor.py            (some ten minutes on two cores)
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
import tempfile
import time
from pathlib import Path
from typing import Any

import material

from chains.opinion_monitor import AlertRule, MonitorConfig, build_monitor
from chains.opinion_monitor.backtest import backtest
from chains.opinion_monitor.posts import post_of, time_of
from chains.opinion_monitor.sources import FileSource
from chains.opinion_monitor.store import Store
from chainzoo import Zoo

SEED = 13
SETTINGS = {"model": "minilm-l6", "method": "lora", "epochs": 1, "max_length": 64, "seed": SEED}
COUNTS = (
    "SELECT * FROM cells ORDER BY kind, name, start",
    "SELECT key, topic, sentiment, value FROM posts ORDER BY key",
    "SELECT id, severity FROM alerts ORDER BY id",
)


def posts_of(folder: Path) -> list[dict[str, Any]]:
    """Every post with the company whose file it lies in, by time."""
    rows = [
        {**json.loads(line), "ticker": path.stem}
        for path in sorted((folder / "financial/stocknet/tweet").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return sorted(rows, key=lambda row: time_of(row["created_at"]))


def phrases_of(folder: Path) -> list[dict[str, str]]:
    """Sentences of financial news and their mood."""
    path = folder / "financial/financial_phrasebank/financialphrasebank.csv"
    with path.open(encoding="latin-1") as file:
        return [{"text": text, "label": label} for label, text in csv.reader(file)]


def tune(zoo: Zoo, name: str, rows: list[dict[str, str]], most: int) -> None:
    """One short tuning on rows by chance."""
    begun = time.perf_counter()
    some = random.Random(SEED).sample(rows, min(most, len(rows)))
    model = zoo.tune(some, name=name, **SETTINGS).wait()
    seconds = time.perf_counter() - begun
    print(
        f"{name}: {len(some):,} rows, {model.metric} {model.score:.2f}, {seconds:.0f} s", flush=True
    )


def speed(zoo: Zoo, posts: Path, store: Path, batch: int) -> None:
    """From the file to the store, models loaded already."""
    config = MonitorConfig(sentiment="mood", topics="topic", store=store, batch=batch)
    with build_monitor(config, zoo) as running:
        begun = time.perf_counter()
        totals = running.run([FileSource(posts)])
        seconds = time.perf_counter() - begun
    rate = totals["posts"] / seconds
    print(f"{json.dumps(totals)}\n{rate:,.0f} posts a second ({seconds:.1f} s)", flush=True)


def kill(home: Path, posts: Path, whole: Path, broken: Path, batch: int) -> None:
    """The same by the command, killed when a third is stored, then started again."""
    command = [sys.executable, "-m", "chainzoo", "monitor", "--topics", "topic"]
    command += ["--sentiment", "mood", "--input", str(posts), "--store", str(broken)]
    command += ["--batch", str(batch), "--json"]
    env = {**os.environ, "CHAINZOO_HOME": str(home)}
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    third = stored(whole) // 3
    while child.poll() is None and stored(broken) < third:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    print(f"killed with {stored(broken):,} of {stored(whole):,} posts stored", flush=True)
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    for statement in COUNTS:
        with sqlite3.connect(whole) as one, sqlite3.connect(broken) as two:
            a, b = one.execute(statement).fetchall(), two.execute(statement).fetchall()
        table = statement.split(" FROM ")[1].split()[0]
        print(f"  {table}: {len(a):,} rows, {'identical' if a == b else 'DIFFERENT'}", flush=True)


def stored(path: Path) -> int:
    """Posts in a store, which may not be there yet."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM posts").fetchone()[0])
    except sqlite3.Error:
        return 0


def surges(store: Path, draws: int, bear: float) -> None:
    """The table of delays and false alerts, for a number of false alerts a month to bear."""
    found = backtest(Store(store), kind="ticker", draws=draws, rule=AlertRule(false_a_month=bear))
    print(f"\nasked for at most {bear:g} false alerts a month\n{found.summary()}")
    print(" | ".join(found.HEADER))
    for row in found.table():
        print(" | ".join(map(str, row)), flush=True)


def main() -> None:
    """Tune, measure, kill, plant."""
    parser = material.arguments(__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--batch", type=int, default=1024)
    told = parser.parse_args()
    rows = posts_of(told.data)
    with tempfile.TemporaryDirectory() as work:
        home = Path(work, "home")
        home.mkdir()
        (home / "weights").symlink_to(Zoo().home.weights.resolve())
        posts, whole, broken = (Path(work, n) for n in ("posts.jsonl", "whole.db", "broken.db"))
        posts.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        zoo = Zoo(home)
        tune(zoo, "mood", phrases_of(told.data), told.rows)
        now = time.time()
        named = [
            {"text": post_of(row, "bench", "0", now=now).text, "label": row["ticker"]}
            for row in rows
        ]
        tune(zoo, "topic", named, told.rows)
        speed(zoo, posts, whole, told.batch)
        kill(home, posts, whole, broken, told.batch)
        for bear in (0.5, 4.0):
            surges(whole, told.draws, bear)


if __name__ == "__main__":
    main()
