"""Offsets: UTF-16 code units to characters and back, and spans located by their text."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chainzoo.data.examples import Span
from chainzoo.data.losses import RowLosses
from chainzoo.data.offsets import from_utf16, locate_span, resolve_spans, to_utf16
from chainzoo.data.span_annotations import AnnotatedSpan

TEXTS = st.text(st.sampled_from("ab e\u0301\u200d界語🙂🎉👩𝒳\n"), min_size=1, max_size=40)


@given(TEXTS)
def test_code_units_of_every_character_lead_back_to_it(text: str) -> None:
    for at in range(len(text) + 1):
        units = len(text[:at].encode("utf-16-le")) // 2
        assert to_utf16(text, at) == units
        assert from_utf16(text, units) == at


@given(TEXTS, st.data())
def test_spans_exported_in_code_units_are_read_as_they_were(text: str, data: Any) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    units = to_utf16(text, start), to_utf16(text, end)
    losses = RowLosses()
    for beside in (text[start:end], None):
        exported = AnnotatedSpan(*units, "X", beside)
        assert resolve_spans(text, [exported], losses, utf16=True) == (Span(start, end, "X"),)
    assert losses.messages() == ()


def test_a_place_inside_of_a_surrogate_pair_is_no_character() -> None:
    assert from_utf16("🙂a", 1) is None
    assert from_utf16("🙂a", 4) is None


def test_a_span_with_wrong_offsets_is_moved_to_its_nearest_text() -> None:
    text = "Ann met Bob, then Bob left"
    assert locate_span(text, AnnotatedSpan(20, 23, "PER", "Bob")) == ((18, 21), False)
    assert locate_span(text, AnnotatedSpan(0, 3, "PER", "Bob")) == ((8, 11), True)


def test_a_span_that_cannot_be_located_is_counted() -> None:
    losses = RowLosses()
    spans = [AnnotatedSpan(0, 3, "PER", "Eve"), AnnotatedSpan(2, 90, "PER")]
    assert resolve_spans("Ann left", spans, losses) == ()
    assert losses.messages()[0].startswith("2 spans do not lie where their text is")
