"""From items and events to a recommender: slices of time, features, ranking model, blend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.recommender import blend, ranker
from chains.recommender.behaviour import Behaviour, Floats, Ints, Past
from chains.recommender.config import RecommenderConfig
from chains.recommender.features import RANKED, Known
from chains.recommender.judge import ndcg
from chains.recommender.people import Person, last_of_each
from chains.recommender.problems import RecommenderError
from chains.recommender.tables import Events, Item
from chains.recommender.texts import factors_from_texts
from chainzoo import Zoo

FEWEST_PAIRS = 40
Say = Callable[[str], None]


@dataclass(frozen=True)
class Skill:
    """All that answers: what is known, the trees, and the ranking model if it helps."""

    known: Known
    trees: Any | None = None
    ranked: Any | None = None
    ranker: str = ""


def know(
    events: Events, texts: Floats, config: RecommenderConfig, *, with_texts: bool = True
) -> Known:
    """Everything that events and texts say, before anything is blended."""
    items = len(texts)
    learnt = Behaviour.learn(events, items, config)
    if not with_texts:
        return Known(config, texts, learnt, Past.of(events, items, config))
    count = np.bincount(events.item, minlength=items).astype(np.float32)
    factors = factors_from_texts(texts, learnt.factors, count)
    mixed = Behaviour(config, factors, learnt.near, learnt.after)
    return Known(config, texts, mixed, Past.of(events, items, config))


def learn(
    zoo: Zoo,
    name: str,
    items: Sequence[Item],
    events: Events,
    texts: Floats,
    config: RecommenderConfig,
    say: Say = print,
) -> tuple[Skill, dict[str, Any]]:
    """Learn on all events; the blend on each person's last ones, the ranking model on those before.

    Nothing that is learnt from a slice has seen it or what came after it.
    """
    if len(events) < 2:
        raise RecommenderError(
            f"there are {len(events)} events; nothing can be learnt from them.",
            remedy="Give at least some dozens, of several people.",
        )
    early = last_of_each(events, config.holdout)
    draw = np.random.default_rng(config.seed).permutation(len(early.cases))[: config.users]
    cases = [early.cases[at] for at in sorted(draw.tolist())]
    facts: dict[str, Any] = {"items": len(items), "events": len(events), "cases": len(cases)}
    trees, some = None, []
    if len(early.past):
        say(f"Learning the blend from what {len(cases):,} people did last.")
        before = know(early.past, texts, config)
        some = blend.blocks(before, cases)
        trees = blend.learn(some, config)
    ref, ranked = "", None
    if config.ranker and trees is not None:
        ref, ranked = _ranking(zoo, name, items, early.past, some, config, facts, say)
    facts["blend"] = trees is not None
    return Skill(know(events, texts, config), trees, ranked, ref if ranked else ""), facts


def _ranking(
    zoo: Zoo,
    name: str,
    items: Sequence[Item],
    past: Events,
    some: list[blend.Block],
    config: RecommenderConfig,
    facts: dict[str, Any],
    say: Say,
) -> tuple[str, Any | None]:
    """Tune the ranking model; keep it where it makes the blend better on people unseen."""
    earlier = last_of_each(past, config.holdout)
    rows = ranker.pairs(earlier.cases, earlier.past, items, config)
    if len(rows) < FEWEST_PAIRS:
        facts["ranker"] = f"none: {len(rows)} pairs are too few"
        return "", None
    say(f"Tuning a text-ranking model on {len(rows):,} pairs.")
    ref = ranker.tune(zoo, name, rows, config)
    chosen = some[: config.ranker_users]
    say(f"Reading {config.ranker_depth} candidates of each of {len(chosen)} people with it.")
    narrow = _narrowed(zoo, ref, items, some, chosen, config)
    without, with_it = _crossed(narrow, config)
    facts["ranker"] = ref
    facts["ndcg_without_ranker"], facts["ndcg_with_ranker"] = without, with_it
    if with_it <= without:
        facts["ranker"] = f"{ref} is not used: it makes the order no better"
        return ref, None
    return ref, blend.learn(narrow, config, RANKED)


def _narrowed(
    zoo: Zoo,
    ref: str,
    items: Sequence[Item],
    some: list[blend.Block],
    chosen: list[blend.Block],
    config: RecommenderConfig,
) -> list[blend.Block]:
    """The best candidates of each case, as trees see them that have not learnt from it."""
    halves = [blend.learn(some[at::2], config) for at in (0, 1)]
    narrow = []
    for at, block in enumerate(chosen):
        first = blend.apply(halves[1 - at % 2], block.table)
        best = np.argsort(-first)[: config.ranker_depth]
        read = ranker.read(zoo, ref, block.case.person, items, block.items[best])
        table = blend.with_ranker(block.table[best], first[best], read)
        narrow.append(blend.Block(block.case, block.items[best], table, block.gain[best]))
    return narrow


def _crossed(narrow: list[blend.Block], config: RecommenderConfig) -> tuple[float, float]:
    """nDCG@10 of the first order and of one with the ranking model, learnt on the other half."""
    scores: dict[str, list[float]] = {"first": [], "ranked": []}
    for half in (0, 1):
        rest = [b for b in narrow[1 - half :: 2] if b.gain.any()]
        trees = blend.learn(rest, config, RANKED)
        for block in narrow[half::2]:
            relevant = block.case.relevant
            scores["first"].append(ndcg(block.items, relevant))
            second = block.items if trees is None else block.items[_order(trees, block)]
            scores["ranked"].append(ndcg(second, relevant))
    return float(np.mean(scores["first"])), float(np.mean(scores["ranked"]))


def _order(trees: Any, block: blend.Block) -> Ints:
    found: Ints = np.argsort(-blend.apply(trees, block.table), kind="stable")
    return found


def score(skill: Skill, zoo: Zoo, items: Sequence[Item], person: Person) -> tuple[Ints, Floats]:
    """Candidates of somebody with a past, the best first, with their scores."""
    signals = skill.known.signals(person)
    some = signals.candidates()
    table = signals.table(some)
    first = blend.apply(skill.trees, table)
    order = np.argsort(-first, kind="stable")
    some, table, first = some[order], table[order], first[order]
    if skill.ranked is None:
        return some, first
    depth = skill.known.config.ranker_depth
    read = ranker.read(zoo, skill.ranker, person, items, some[:depth])
    wide = blend.with_ranker(table[:depth], first[:depth], read)
    second = blend.apply(skill.ranked, wide)
    again = np.argsort(-second, kind="stable")
    lifted = np.sort(first[:depth])[::-1]  # The order is new, the scale stays that of the rest.
    some[:depth] = some[:depth][again]
    return some, np.concatenate([lifted, first[depth:]])
