"""Tag schemes: spans survive the way to tags and back in every scheme."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainzoo.data.tags import (
    Scheme,
    TokenSpan,
    detect_scheme,
    from_spans,
    to_spans,
    violations,
)


@st.composite
def token_spans(draw: st.DrawFn) -> list[TokenSpan]:
    spans, at = [], 0
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=6)):
        spans.append((at + gap, at + gap + length, draw(st.sampled_from(["PER", "LOC"]))))
        at += gap + length
    return spans


@given(token_spans(), st.sampled_from(["iob1", "iob2", "bioes"]))
def test_spans_survive_the_way_to_tags_and_back(spans: list[TokenSpan], scheme: Scheme) -> None:
    length = spans[-1][1] + 1 if spans else 3
    tags = from_spans(spans, length, scheme)
    assert to_spans(tags, scheme) == spans
    assert not list(violations(tags, scheme))


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        (["I-PER", "I-PER", "O", "I-LOC", "B-LOC"], "iob1"),
        (["B-PER", "I-PER", "O", "B-LOC"], "iob2"),
        (["B-PER", "E-PER", "O", "S-LOC"], "bioes"),
    ],
)
def test_the_scheme_of_tags_is_detected(tags: list[str], scheme: Scheme) -> None:
    assert detect_scheme([tags]).scheme == scheme
