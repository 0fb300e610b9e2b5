"""MovieLens (latest, small): the recommender next to popularity, item-kNN and factorization.

Two splits by time. Before each user's last five events: 77 % of these users did all they did within
a month, so one date for all leaves some twenty users to evaluate on. The collaborative factors then
know what others did later; the popularity at a moment never does. And at one date for all, before
the last tenth of the events: nothing later is known of anybody, with the few users there are.

The settings were chosen, and the blend is trained, on earlier slices alone.
Run: python bench/recommender.py            (with --no-reranker in about two minutes)
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import harness
import numpy as np

from chains.recommender.backtest import backtest
from chains.recommender.config import RecommenderConfig
from chains.recommender.interactions import load_interactions
from chains.recommender.item_vectors import embed_items
from chains.recommender.items import load_items
from chains.recommender.time_splits import leave_last_out, split_at
from chains.recommender.training import Trainer
from chainzoo import Zoo

FOLDER = "recommendation/ml-latest-small"
HOLDOUT = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, evaluate and print."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--no-reranker", action="store_true")
    options = parser.parse_args(arguments)
    items = load_items(options.data / FOLDER / "movies.csv")
    loaded = load_interactions(options.data / FOLDER / "ratings.csv", items)
    interactions = loaded.interactions
    counts = f"{len(items):,} films, {len(interactions):,} ratings of {len(loaded.users):,} users"
    print(counts, flush=True)
    zoo = Zoo()
    texts = embed_items(items, zoo.embeddings())
    date = int(np.quantile(interactions.time, 0.9))
    splits = {
        "each user's last five": leave_last_out(interactions, HOLDOUT),
        "one date": split_at(interactions, date),
    }
    config = RecommenderConfig(reranker=not options.no_reranker)
    with tempfile.TemporaryDirectory() as home:
        Path(home, "weights").symlink_to(zoo.home.weights.resolve())
        for name, split in splits.items():
            started_at = time.perf_counter()
            trainer = Trainer(Zoo(home), "bench", items, texts, config, print)
            methods = backtest(trainer, split)
            print(f"\nSplit at {name}: {len(split.cases)} users, {len(split.past):,} events before")
            print(f"{'':22}nDCG@10  95 % interval   recall@50  coverage")
            for scores in methods:
                low, high = scores.interval
                print(
                    f"{scores.method:22}{scores.ndcg_at_10:.4f}   {low:.3f} to {high:.3f}"
                    f"   {scores.recall_at_50:.4f}     {scores.coverage:.3f}"
                )
            seconds = round(time.perf_counter() - started_at)
            print(json.dumps({"seconds": seconds, **trainer.facts}), flush=True)


if __name__ == "__main__":
    main()
