"""Recommend teas to the customers of a shop: known ones and new ones."""

from __future__ import annotations

from pathlib import Path

from chains.recommender import RecommenderConfig, build_recommender
from chainzoo import Zoo

DATA = Path(__file__).parent / "data"


def main() -> None:
    """Build a recommender, and ask it in three ways."""
    recommender = build_recommender(
        DATA / "teas.csv",
        DATA / "tea_events.csv",
        name="teas",
        zoo=Zoo(),
        # There are too few events to tune a reranker; with thousands, leave it on.
        config=RecommenderConfig(reranker=False, holdout=3),
    )
    print("For customer c7, who has bought before:")
    for tea in recommender.invoke({"user": "c7", "k": 3}):
        print(f"  {tea.title}: {tea.reason}")

    print("For a new customer:")
    for tea in recommender.invoke({"taste": "something smoky by the fire", "k": 3}):
        print(f"  {tea.title}: {tea.reason}")

    print("Like Peppermint:")
    for tea in recommender.similar("Peppermint", k=3):
        print(f"  {tea.title}")

    # A Runnable: it composes with others, and takes many inputs at once.
    chain = recommender | (lambda teas: teas[0].title)
    print("First choices:", chain.batch(["c1", "c2", "c3"]))


if __name__ == "__main__":
    main()
