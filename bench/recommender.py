"""MovieLens (latest, small): the recommender beside popularity, item-kNN and plain factorisation.

Cut by time in two ways. Before each user's last five events: 77 % of these users did all they did
within a month, so one date for all would leave some twenty people to judge on; the factors then
know what others did later, the popularity of a moment never does. And at one date for all, the
last tenth of the events: nothing later is known of anybody, on the few people there are.

The settings were chosen, and the blend is learnt, on earlier slices alone.
Run: python bench/recommender.py            (with --no-ranker in about two minutes)
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import material
import numpy as np

from chains.recommender.config import RecommenderConfig
from chains.recommender.people import after, last_of_each
from chains.recommender.tables import read_events, read_items
from chains.recommender.texts import embed
from chains.recommender.trial import trial
from chainzoo import Zoo

FOLDER = "recommendation/ml-latest-small"


def main() -> None:
    """Learn, judge, print."""
    parser = material.arguments(__doc__)
    parser.add_argument("--no-ranker", action="store_true")
    told = parser.parse_args()
    items = read_items(told.data / FOLDER / "movies.csv")
    events, users, _ = read_events(told.data / FOLDER / "ratings.csv", items)
    print(f"{len(items):,} films, {len(events):,} ratings of {len(users):,} users", flush=True)
    weights = Zoo()
    texts = embed(items, weights.embeddings())
    date = int(np.quantile(events.time, 0.9))
    cuts = {"each user's last five": last_of_each(events, 5), "one date": after(events, date)}
    with tempfile.TemporaryDirectory() as home:
        Path(home, "weights").symlink_to(weights.home.weights.resolve())
        for name, cut in cuts.items():
            begun = time.perf_counter()
            config = RecommenderConfig(ranker=not told.no_ranker)
            rows, facts = trial(Zoo(home), items, cut, texts, config, "bench", print)
            print(f"\nCut at {name}: {len(cut.cases)} people, {len(cut.past):,} events before")
            print(f"{'':22}nDCG@10  95 % interval   recall@50  coverage")
            for row in rows:
                low, high = row.interval
                print(
                    f"{row.way:22}{row.ndcg_at_10:.4f}   {low:.3f} to {high:.3f}"
                    f"   {row.recall_at_50:.4f}     {row.coverage:.3f}"
                )
            print(json.dumps({"seconds": round(time.perf_counter() - begun), **facts}), flush=True)


if __name__ == "__main__":
    main()
