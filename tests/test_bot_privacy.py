"""Masking of personal data, by patterns and check digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.customer_service.checksums import is_chinese_id, is_iban, passes_luhn
from chains.customer_service.privacy import find_personal_data, mask, masked_offset


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
def test_personal_data_is_masked_and_other_numbers_are_kept(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_number_with_a_wrong_check_digit_is_no_identity_number() -> None:
    assert is_chinese_id("11010519491231002X")
    assert not is_chinese_id("110105194912310021")
    assert not is_chinese_id("11010519491331002X")  # There is no thirteenth month.
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7654 33")


@given(st.text(alphabet="0123456789", min_size=12, max_size=15))
def test_exactly_one_last_digit_passes_luhn(digits: str) -> None:
    assert sum(passes_luhn(digits + last) for last in "0123456789") == 1


@given(st.text(alphabet="ab1@. -+你13800000000X4", max_size=80))
def test_masking_again_changes_nothing(text: str) -> None:
    once = mask(text)
    assert not [
        span for span in find_personal_data(once) if span.kind in ("CARD", "NATIONAL_ID", "IBAN")
    ]
    assert mask(mask(once)) == mask(once)


@given(st.text(max_size=60))
def test_spans_are_within_the_text_and_do_not_overlap(text: str) -> None:
    spans = find_personal_data(text)
    ends = [0, *(span.end for span in spans)]
    pairs = zip(ends, spans, strict=False)
    assert all(end <= span.start < span.end <= len(text) for end, span in pairs)


def test_offsets_after_a_mask_are_shifted() -> None:
    text = "write a@b.org about Graz"
    start = masked_offset(text.index("Graz"), find_personal_data(text))
    assert mask(text)[start : start + 4] == "Graz"
