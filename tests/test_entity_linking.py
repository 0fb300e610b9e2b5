"""Entity linking: which names are one entity."""

from __future__ import annotations

import pytest

from chains.information_extraction.entity_linking import initials, link_entities, normalize_name


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("Acme Corp.", "ACME"),
        ("The Acme Company", "Acme"),
        ("U.N.", "UN"),
        ("Dr. Clara Weiss", "Clara  Weiss"),
        ("Novak's", "Novak"),
        ("华为技术有限公司", "华为技术"),
        ("Ａｃｍｅ", "Acme"),
    ],
)
def test_variants_of_a_name_normalize_to_the_same_text(name: str, variant: str) -> None:
    assert normalize_name(name) == normalize_name(variant)


def test_a_name_that_is_only_a_legal_form_or_punctuation_is_kept() -> None:
    assert normalize_name("Co") == "co"
    assert normalize_name("!!!") == "!!!"


def test_a_short_name_links_to_the_only_longer_name_it_fits() -> None:
    names = [("ORG", "European Union"), ("ORG", "EU"), ("PER", "Barack Obama"), ("PER", "Obama")]
    linked = link_entities(names)
    assert initials("European Union") == "eu"
    assert linked["ORG", "EU"] == ("ORG", "european union")
    assert linked["PER", "Obama"] == ("PER", "barack obama")


def test_an_ambiguous_short_name_is_not_linked() -> None:
    linked = link_entities(
        [("PER", "Ann Cole"), ("PER", "Bob Cole"), ("PER", "Cole"), ("LOC", "Cole")]
    )
    assert linked["PER", "Cole"] == ("PER", "cole")
    assert linked["LOC", "Cole"] == ("LOC", "cole")
