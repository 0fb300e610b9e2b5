"""References to models: a card, a version, an alias or a folder, and the folders that they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.errors import UnknownCardError, UnknownModelError
from chainzoo.home import Home
from chainzoo.modeling.references import resolve
from chainzoo.registry import Registry
from tests.random_models import publish


def test_a_card_goes_before_a_tuned_model_of_its_name(stocked: Home) -> None:
    publish(stocked, "minilm-l6", "text-classification")
    assert resolve(stocked, "minilm-l6").kind == "card"
    assert resolve(stocked, "minilm-l6@1").kind == "version"
    assert resolve(stocked, "minilm-l6", ("version",)).ref == "minilm-l6@1"


def test_a_folder_goes_first_where_it_is_accepted(
    stocked: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "minilm-l6").mkdir()
    monkeypatch.chdir(tmp_path)
    found = resolve(stocked, "minilm-l6", ("folder", "card"))
    assert (found.kind, found.fetch().folder) == ("folder", tmp_path / "minilm-l6")
    assert resolve(stocked, "minilm-l6").kind == "card"


def test_an_alias_is_resolved_to_its_version(stocked: Home) -> None:
    publish(stocked, "tickets", "text-classification")
    publish(stocked, "tickets", "text-classification", seed=1)
    Registry(stocked).promote("tickets@1")
    assert resolve(stocked, "tickets").ref == "tickets@1"
    assert resolve(stocked, "tickets@production").ref == "tickets@1"
    assert resolve(stocked, "tickets@2").ref == "tickets@2"


def test_the_base_is_fetched_only_where_it_is_needed(stocked: Home, minilm: Path) -> None:
    publish(stocked, "adapter", "text-classification", method="lora", pooling="cls")
    publish(stocked, "whole", "text-classification", method="full")
    adapter = resolve(stocked, "adapter")
    assert (adapter.fetch().folder / "adapter").is_dir()
    assert adapter.fetch().base == stocked.weights / "minilm-l6"
    assert adapter.pooling == "cls"
    assert resolve(stocked, "whole").fetch().base is None


def test_an_unknown_name_is_an_unknown_card_and_an_unknown_model(stocked: Home) -> None:
    with pytest.raises(UnknownCardError, match=r"neither a tuned model, nor a card.*minilm-l6"):
        resolve(stocked, "minilm")
    with pytest.raises(UnknownModelError, match=r"There is no tuned model 'minilm@3'"):
        resolve(stocked, "minilm@3")


def test_nothing_is_written_when_a_name_is_looked_up_in_a_new_home(home: Home) -> None:
    with pytest.raises(UnknownModelError):
        resolve(home, "nosuch")
    assert not home.root.exists()
