"""From items and events to a recommender: slices of time, features, ranking model, blend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.recommender import blend, ranker
from chains.recommender.behaviour import Behaviour, Floats, Ints, Past
from chains.recommender.choosing import steady
from chains.recommender.config import RecommenderConfig
from chains.recommender.features import Known
from chains.recommender.judge import ndcg
from chains.recommender.people import Person, last_of_each
from chains.recommender.problems import RecommenderError
from chains.recommender.tables import Events, Item
from chains.recommender.texts import factors_from_texts
from chainzoo import Zoo

FEWEST_PAIRS = 40
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2)  # Of the ranking model beside the trees.
Say = Callable[[str], None]


@dataclass(frozen=True)
class Skill:
    """All that answers: what is known, the trees, and the ranking model with its weight."""

    known: Known
    trees: Any | None = None
    ranker: str = ""
    weight: float = 0.0


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
            f"Nothing can be learnt from so few events: {len(events)}.",
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
    ref, weight = "", 0.0
    if config.ranker and trees is not None:
        ref, weight = _ranking(zoo, name, items, early.past, some, config, facts, say)
    facts["blend"] = trees is not None
    return Skill(know(events, texts, config), trees, ref, weight), facts


def _ranking(
    zoo: Zoo,
    name: str,
    items: Sequence[Item],
    past: Events,
    some: list[blend.Block],
    config: RecommenderConfig,
    facts: dict[str, Any],
    say: Say,
) -> tuple[str, float]:
    """Tune the ranking model, and find the weight at which it makes the order best."""
    earlier = last_of_each(past, config.holdout)
    rows = ranker.pairs(earlier.cases, earlier.past, items, config)
    if len(rows) < FEWEST_PAIRS:
        facts["ranker"] = f"none: {len(rows)} pairs are too few"
        return "", 0.0
    say(f"Tuning a text-ranking model on {len(rows):,} pairs.")
    ref = ranker.tune(zoo, name, rows, config)
    chosen = some[: config.ranker_users]
    say(f"Reading {config.ranker_depth} candidates of each of {len(chosen)} people with it.")
    read = _read(zoo, ref, items, some, chosen, config)
    without, crossed, weight = _weighed(read)
    facts.update(ranker=ref, ranker_weight=weight)
    facts.update(ndcg_without_ranker=without, ndcg_with_ranker=crossed)
    return ref, weight


@dataclass(frozen=True)
class Shortlist:
    """The best candidates of a case, with the scores of the trees and of the ranking model."""

    items: Ints
    first: Floats
    read: Floats
    relevant: frozenset[int]

    def gain(self, weight: float) -> float:
        """nDCG@10 of the order with that weight."""
        return ndcg(self.items[_order(joined(self.first, self.read, weight))], self.relevant)


def _read(
    zoo: Zoo,
    ref: str,
    items: Sequence[Item],
    some: list[blend.Block],
    chosen: list[blend.Block],
    config: RecommenderConfig,
) -> list[Shortlist]:
    """Short lists by trees that have not learnt from their case."""
    halves = [blend.learn(some[at::2], config) for at in (0, 1)]
    found = []
    for at, block in enumerate(chosen):
        first = blend.apply(halves[1 - at % 2], block.table)
        best = _order(first)[: config.ranker_depth]
        read = ranker.read(zoo, ref, block.case.person, items, block.items[best])
        found.append(Shortlist(block.items[best], first[best], read, block.case.relevant))
    return found


def _weighed(lists: Sequence[Shortlist]) -> tuple[float, float, float]:
    """nDCG without, and with a weight that was chosen on other people; and the weight of all.

    The weight is nought where one chosen on other people is not better by more than chance (one
    standard error of the differences).
    """
    table = np.array([[one.gain(weight) for weight in WEIGHTS] for one in lists])
    halves = [table[at::2] for at in (0, 1)]
    plain = np.concatenate([half[:, 0] for half in halves])
    tried = [halves[1 - at][:, halves[at].mean(axis=0).argmax()] for at in (0, 1)]
    gained = np.concatenate(tried) - plain
    sure = gained.mean() > gained.std() / np.sqrt(len(gained))
    weight = WEIGHTS[int(table.mean(axis=0).argmax())] if sure else 0.0
    return float(plain.mean()), float(plain.mean() + gained.mean()), weight


def joined(first: Floats, read: Floats, weight: float) -> Floats:
    """The scores of the trees and of the ranking model in one."""
    return steady(first) + np.float32(weight) * steady(read)


def _order(scores: Floats) -> Ints:
    found: Ints = np.argsort(-scores, kind="stable")
    return found


def score(skill: Skill, zoo: Zoo, items: Sequence[Item], person: Person) -> tuple[Ints, Floats]:
    """Candidates of somebody with a past, the best first, with their scores."""
    signals = skill.known.signals(person)
    some = signals.candidates()
    table = signals.table(some)
    first = blend.apply(skill.trees, table)
    order = np.argsort(-first, kind="stable")
    some, table, first = some[order], table[order], first[order]
    if skill.weight == 0:
        return some, first
    depth = skill.known.config.ranker_depth
    read = ranker.read(zoo, skill.ranker, person, items, some[:depth])
    again = _order(joined(first[:depth], read, skill.weight))
    lifted = np.sort(first[:depth])[::-1]  # The order is new, the scale stays that of the rest.
    some[:depth] = some[:depth][again]
    return some, np.concatenate([lifted, first[depth:]])
