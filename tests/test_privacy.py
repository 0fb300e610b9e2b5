"""Personal data: found where digits check, left alone where they do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.customer_service.privacy import (
    find_personal_data,
    is_chinese_id,
    is_iban,
    mask,
    passes_luhn,
    shifted,
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mail jo.doe+x@shop.co.uk now", "mail [EMAIL] now"),
        ("card 4111 1111 1111 1111, thanks", "card [CARD], thanks"),
        ("card 4111-1111-1111-1112 is none", "card 4111-1111-1111-1112 is none"),
        ("call +44 20 7946 0958 today", "call [PHONE] today"),
        ("my number is (212) 555-0187.", "my number is [PHONE]."),
        ("电话13812345678，身份证11010519491231002X。", "电话[PHONE]，身份证[NATIONAL_ID]。"),
        ("+86 138 1234 5678", "[PHONE]"),
        ("SSN 078-05-1120", "SSN [NATIONAL_ID]"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [IBAN]."),
        ("order AB123456 of 2024-05-06 for 1,299.00", "order AB123456 of 2024-05-06 for 1,299.00"),
        ("", ""),
    ],
)
def test_what_is_masked_and_what_is_not(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_wrong_check_digit_is_no_identity_number() -> None:
    assert is_chinese_id("11010519491231002X")
    assert not is_chinese_id("110105194912310021")
    assert not is_chinese_id("11010519491331002X")  # There is no thirteenth month.
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7654 33")


@given(st.text(alphabet="0123456789", min_size=12, max_size=15))
def test_exactly_one_last_digit_passes_luhn(digits: str) -> None:
    assert sum(passes_luhn(digits + last) for last in "0123456789") == 1


@given(st.text(alphabet="ab1@. -+你13800000000X4", max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert not [f for f in find_personal_data(once) if f.kind in ("CARD", "NATIONAL_ID", "IBAN")]
    assert mask(mask(once)) == mask(once)


@given(st.text(max_size=60))
def test_findings_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    found = find_personal_data(text)
    ends = [0, *(f.end for f in found)]
    assert all(end <= f.start < f.end <= len(text) for end, f in zip(ends, found, strict=False))


def test_places_after_a_mask_are_moved() -> None:
    text = "write a@b.org about Graz"
    found = find_personal_data(text)
    start = shifted(text.index("Graz"), found)
    assert mask(text)[start : start + 4] == "Graz"
