"""A recommender judged on a slice of time that it has not seen, in one table with the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chains.recommender.behaviour import Floats, Ints
from chains.recommender.choosing import diverse
from chains.recommender.config import RecommenderConfig
from chains.recommender.judge import Row, baselines, judge
from chains.recommender.learning import Say, Skill, know, learn, score
from chains.recommender.people import Person, Slice
from chains.recommender.problems import RecommenderError
from chains.recommender.tables import Item
from chainzoo import Zoo


def trial(
    zoo: Zoo,
    items: Sequence[Item],
    cut: Slice,
    texts: Floats,
    config: RecommenderConfig,
    name: str = "trial",
    say: Say = lambda sentence: None,
) -> tuple[list[Row], dict[str, Any]]:
    """Learn from the past of a slice alone; judge on what came after it, beside the baselines.

    Raises:
        RecommenderError: nobody has both a past and something liked after it.
    """
    if not cut.cases:
        raise RecommenderError(
            "nobody has enough events to be judged on.",
            remedy="Give people with three times as many events as are held out, or a lower holdout.",
        )
    skill, facts = learn(zoo, name, items, cut.past, texts, config, say)
    say(f"Judging on {len(cut.cases):,} people.")
    count = len(items)
    plain = know(cut.past, texts, config, with_texts=False)
    rows = [judge(way, lister, cut.cases, count) for way, lister in baselines(plain).items()]
    cache: dict[int, tuple[Ints, Floats]] = {}

    def ours(person: Person, skill: Skill, diversity: float, k: int) -> Ints:
        if id(person) not in cache:
            cache[id(person)] = score(skill, zoo, items, person)
        some, scores = cache[id(person)]
        order = diverse(some[:100], scores[:100], texts, k, diversity)
        return some[order]

    for diversity in sorted({0.0, config.diversity}):
        way = "blend" if diversity == 0 else f"blend, diversity {diversity:g}"
        rows.append(
            judge(way, lambda p, k, d=diversity: ours(p, skill, d, k), cut.cases, count)  # type: ignore[misc]
        )
    return rows, facts
