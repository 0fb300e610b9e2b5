"""Detect and mask personal data by patterns and check digits.

Detected are e-mail addresses, card numbers (Luhn), telephone numbers (by ``phonenumbers``), IBANs
(checksum), Chinese national ids of 18 digits (checksum and date), US social security numbers, and
Chinese mobile numbers. Each is replaced by the name of its kind, such as ``[EMAIL]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chains.customer_service.checksums import is_chinese_id, is_iban, passes_luhn
from chainzoo import MissingExtraError

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.UNICODE)
CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)", re.ASCII)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", re.ASCII)
CHINESE_ID = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])")
CHINESE_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
US_SSN = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")

REGIONS = ("US", "GB", "DE", "CN")  # Whose national formats of telephone numbers are detected.
MIN_DIGITS = 7  # Of a text, to be searched for telephone numbers.


@dataclass(frozen=True, slots=True)
class PersonalDataSpan:
    """Personal data in a text: characters ``start`` up to but not including ``end``."""

    kind: str
    start: int
    end: int


def find_personal_data(text: str, regions: Sequence[str] = REGIONS) -> list[PersonalDataSpan]:
    """Return the spans of personal data in order; of overlapping ones, the more certain is kept."""
    spans: list[PersonalDataSpan] = []
    for span in _candidates(text, regions):
        if all(span.end <= other.start or span.start >= other.end for other in spans):
            spans.append(span)
    return sorted(spans, key=lambda span: span.start)


def mask(text: str, regions: Sequence[str] = REGIONS) -> str:
    """Return the text with personal data replaced by its kind: ``write to [EMAIL]``."""
    return mask_spans(text, find_personal_data(text, regions))


def mask_spans(text: str, spans: Sequence[PersonalDataSpan]) -> str:
    """Return the text with these spans replaced."""
    parts, end = [], 0
    for span in spans:
        parts += [text[end : span.start], f"[{span.kind}]"]
        end = span.end
    return "".join([*parts, text[end:]])


def masked_offset(offset: int, spans: Sequence[PersonalDataSpan]) -> int:
    """Return the offset of a character after masking; within a span, where its mask begins."""
    shifted = offset
    for span in spans:
        if offset >= span.end:
            shifted += len(span.kind) + 2 - (span.end - span.start)
        elif offset > span.start:
            shifted -= offset - span.start
    return shifted


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return digits[0] in "23456" and len(set(digits)) > 1 and passes_luhn(digits)


# The most certain first: what has a check digit goes before what only looks like a number.
RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("EMAIL", EMAIL, lambda _: True),
    ("NATIONAL_ID", CHINESE_ID, is_chinese_id),
    ("IBAN", IBAN, is_iban),
    ("CARD", CARD, _is_card),
    ("NATIONAL_ID", US_SSN, lambda _: True),
    ("PHONE", CHINESE_MOBILE, lambda _: True),
)


def _candidates(text: str, regions: Sequence[str]) -> Iterator[PersonalDataSpan]:
    for kind, pattern, is_valid in RULES:
        for match in pattern.finditer(text):
            if is_valid(match.group()):
                yield PersonalDataSpan(kind, *match.span())
    if sum(c.isdigit() for c in text) >= MIN_DIGITS:
        yield from _phone_numbers(text, regions)


def _phone_numbers(text: str, regions: Sequence[str]) -> Iterator[PersonalDataSpan]:
    try:
        from phonenumbers import PhoneNumberMatcher
    except ImportError:
        raise MissingExtraError(
            "Masking telephone numbers needs phonenumbers, which is not installed.",
            remedy="pip install 'chainzoo[apps]'",
        ) from None
    for region in regions:
        for match in PhoneNumberMatcher(text, region):
            yield PersonalDataSpan("PHONE", match.start, match.end)
