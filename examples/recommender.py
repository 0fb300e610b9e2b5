"""Teas for the customers of a shop: known ones, new ones, and how good it is."""

from __future__ import annotations

from pathlib import Path

from chains.recommender import RecommenderConfig, build_recommender
from chainzoo import Zoo

DATA = Path(__file__).parent / "data"


def main() -> None:
    """Build, ask in three ways."""
    recommender = build_recommender(
        DATA / "teas.csv",
        DATA / "tea_events.csv",
        name="teas",
        zoo=Zoo(),
        # So few events are no matter for a ranking model; with thousands, leave it on.
        config=RecommenderConfig(ranker=False, holdout=3),
    )
    print("For customer c7, who has a past:")
    for tea in recommender.invoke({"user": "c7", "k": 3}):
        print(f"  {tea.title}: {tea.reason}")

    print("For somebody new:")
    for tea in recommender.invoke({"taste": "something smoky by the fire", "k": 3}):
        print(f"  {tea.title}: {tea.reason}")

    print("Like Peppermint:")
    for tea in recommender.similar("Peppermint", k=3):
        print(f"  {tea.title}")

    # A Runnable, so it stands in a chain, and takes many at once.
    chain = recommender | (lambda teas: teas[0].title)
    print("First choices:", chain.batch(["c1", "c2", "c3"]))


if __name__ == "__main__":
    main()
