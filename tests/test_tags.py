"""Tag schemes: spans come back whatever the scheme."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chainzoo.data.tags import Scheme, detect_scheme, from_spans, to_spans


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int, str]]:
    found, at = [], 0
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=6)):
        found.append((at + gap, at + gap + length, draw(st.sampled_from(["PER", "LOC"]))))
        at += gap + length
    return found


@given(spans(), st.sampled_from(["iob1", "iob2", "bioes"]))
def test_there_and_back(wanted: list[tuple[int, int, str]], scheme: Scheme) -> None:
    length = wanted[-1][1] + 1 if wanted else 3
    assert to_spans(from_spans(wanted, length, scheme), scheme) == wanted


def test_schemes_are_told_apart() -> None:
    assert detect_scheme([["I-PER", "I-PER", "O", "I-LOC", "B-LOC"]]).scheme == "iob1"
    assert detect_scheme([["B-PER", "I-PER", "O", "B-LOC"]]).scheme == "iob2"
    assert detect_scheme([["B-PER", "E-PER", "O", "S-LOC"]]).scheme == "bioes"
