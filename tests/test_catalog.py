"""The catalog: filters by facts, ranking by a query, and cards of users and packages."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from chainzoo import extension_points
from chainzoo.catalog import Catalog, register_cards, unregister_cards
from chainzoo.errors import CatalogError, PluginError, UnknownCardError
from chainzoo.home import Home
from chainzoo.modeling.card_ranking import CardRanker

KNOWN_TASKS = {
    "text-classification",
    "token-classification",
    "relation-extraction",
    "question-answering",
    "summarization",
    "translation",
    "dialogue",
    "image-classification",
    "text-ranking",
    "sentence-similarity",
}


CARD = (
    '[[card]]\nid = "{name}"\ntitle = "House"\nkind = "encoder"\ndescription = "Our own."\n'
    '[[card.sources]]\nkind = "folder"\nfolder = "weights"\n'
)


def test_the_built_in_cards_are_well_formed(home: Home) -> None:
    catalog = Catalog.load(home)
    assert len(catalog) >= 45
    assert {task for card in catalog for task in card.tasks} == KNOWN_TASKS
    assert {card.kind for card in catalog} == {
        "encoder",
        "seq2seq",
        "causal",
        "vision",
        "embedding",
    }
    for card in catalog:
        assert all(len(code) == 2 or code == "multilingual" for code in card.languages), card.id


def test_cards_are_filtered_by_facts(home: Home) -> None:
    catalog = Catalog.load(home)
    cards = catalog.find(task="token-classification", language="en", max_size_mb=100)
    assert [card.id for card in cards] == ["albert-base-v2", "electra-small", "minilm-l6"]
    assert all(card.license == "mit" for card in catalog.find(license="MIT"))
    assert catalog.find(language="zh")[0].languages != ("multilingual",)


def test_an_unknown_card_names_close_matches(home: Home) -> None:
    with pytest.raises(UnknownCardError, match="minilm-l6"):
        Catalog.load(home).get("minilm")


def test_a_query_ranks_cards_by_meaning(fetched: Home) -> None:
    cards = Catalog.load(fetched).find(
        query="describe what is in a photograph", limit=3, rank=CardRanker(fetched)
    )
    assert {card.kind for card in cards} == {"vision"}


def test_a_card_in_the_home_joins_the_catalog(home: Home) -> None:
    home.cards.mkdir(parents=True)
    path = home.cards / "mine.toml"
    path.write_text(
        '[[card]]\nid = "mine"\ntitle = "Mine"\nkind = "encoder"\ndescription = "My own."\n'
        '[[card.sources]]\nkind = "folder"\nfolder = "weights"\n'
    )
    card = Catalog.load(home).get("mine")
    assert card.facts()["size"] == card.facts()["license"] == "not stated"
    assert card.sources[0].folder == str(home.cards / "weights")
    path.write_text('[[card]]\nid = "mine"\nparameters = -1\n')
    with pytest.raises(CatalogError, match="card 1 \\(mine\\), field"):
        Catalog.load(home)


def test_fetched_cards_come_first(stocked: Home) -> None:
    cards = Catalog.load(stocked).find(task="text-classification", max_size_mb=100)
    assert cards[0].id == "minilm-l6"
    sizes = [card.size_mb or 0 for card in cards[1:]]
    assert sizes == sorted(sizes)


def test_registered_cards_join_the_catalog(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(CARD.format(name="house"), "utf-8")
    register_cards(path)
    try:
        assert Catalog.load(home).get("house").title == "House"
    finally:
        unregister_cards(path)
    with pytest.raises(UnknownCardError):
        Catalog.load(home).get("house")


def installed_cards() -> str:
    """What an entry point of these tests loads."""
    return os.environ["CHAINZOO_TEST_CARDS"]


def test_installed_cards_are_found_by_their_entry_point(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "house.toml"
    path.write_text(CARD.format(name="house"), "utf-8")
    monkeypatch.setenv("CHAINZOO_TEST_CARDS", str(path))
    point = EntryPoint("house", "test_catalog:installed_cards", "chainzoo.cards")
    groups = {"chainzoo.cards": [point]}
    monkeypatch.setattr(extension_points, "entry_points", lambda group: groups.get(group, []))
    assert Catalog.load(home).get("house").title == "House"


def test_cards_that_cannot_be_loaded_name_their_package(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = {"chainzoo.cards": [EntryPoint("house", "no_such_package:f", "chainzoo.cards")]}
    monkeypatch.setattr(extension_points, "entry_points", lambda group: groups.get(group, []))
    with pytest.raises(PluginError, match="'no_such_package'"):
        Catalog.load(home)
