"""Kinds of sources: what each needs, and kinds of other packages."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chainzoo import extension_points
from chainzoo.catalog import ModelCard, Source, fetch, register_source, unregister_source
from chainzoo.catalog.sources import Fetcher, Progress
from chainzoo.errors import FetchError
from chainzoo.home import Home


class VaultFetcher(Fetcher):
    """Weights out of a vault that has one shelf."""

    kind = "vault"

    def missing_fields(self, source: Source) -> list[str]:
        return [] if "shelf" in source.options else ["options.shelf"]

    def describe(self, source: Source) -> str:
        return f"shelf {source.options['shelf']}"

    def fetch(self, source: Source, folder: Path, progress: Progress) -> None:
        if source.options["shelf"] != "one":
            raise FetchError(f"{source} is empty.")
        (folder / "model.safetensors").write_bytes(b"weights")
        progress("model.safetensors", 7, 7)


FETCHER = VaultFetcher()  # What an entry point of these tests loads.


@pytest.fixture
def vault() -> Iterator[None]:
    register_source(VaultFetcher())
    yield
    unregister_source("vault")


def card(**source: Any) -> ModelCard:
    values = {"id": "safe", "title": "Safe", "kind": "encoder", "description": "In a vault."}
    return ModelCard(**values, sources=(Source(**source),))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"kind": "hub"}, "a source of kind 'hub' needs repo"),
        ({"kind": "modelscope"}, "a source of kind 'modelscope' needs repo"),
        ({"kind": "wheel", "package": "x"}, "needs version, folder or file"),
        ({"kind": "folder"}, "a source of kind 'folder' needs folder"),
        ({"kind": "ftp"}, "no kind of source 'ftp'; there are folder, hub, modelscope, wheel"),
        ({"kind": "hub", "repo": "a/b", "colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_an_incomplete_source_names_what_it_needs(source: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Source(**source)


@pytest.mark.usefixtures("vault")
def test_a_registered_kind_of_source_is_fetched_from(home: Home) -> None:
    folder = fetch(card(kind="vault", options={"shelf": "one"}), home)
    assert (folder / "model.safetensors").read_bytes() == b"weights"
    with pytest.raises(FetchError, match="vault shelf two is empty"):
        fetch(card(kind="vault", options={"shelf": "two"}).model_copy(update={"id": "b"}), home)


def test_an_installed_kind_of_source_is_found_by_its_entry_point(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [EntryPoint("vault", "test_sources:FETCHER", "chainzoo.sources")]
    groups = {"chainzoo.sources": points}
    monkeypatch.setattr(extension_points, "entry_points", lambda group: groups.get(group, []))
    assert fetch(card(kind="vault", options={"shelf": "one"}), home).name == "safe"
