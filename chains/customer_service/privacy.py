"""Personal data in texts: found by rules that check digits where there are any, and masked.

Found are e-mail addresses, card numbers (Luhn), telephone numbers (by ``phonenumbers``), IBANs
(checksum), national ids: Chinese ones of 18 digits (checksum and date), US social security numbers,
and Chinese mobile numbers. Each is replaced with the name of its kind, such as ``[EMAIL]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from chainzoo import MissingExtraError

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.UNICODE)
CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)", re.ASCII)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", re.ASCII)
CHINESE_ID = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])")
CHINESE_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
US_NUMBER = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
REGIONS = ("US", "GB", "DE", "CN")  # Whose national ways of writing telephone numbers are known.
FEWEST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data in a text: characters ``start`` up to but not including ``end``."""

    kind: str
    start: int
    end: int


def find_personal_data(text: str, regions: Sequence[str] = REGIONS) -> list[Finding]:
    """What is personal in a text, in its order; of two that overlap, the surer is kept."""
    kept: list[Finding] = []
    for finding in _candidates(text, regions):
        if all(finding.end <= other.start or finding.start >= other.end for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda finding: finding.start)


def mask(text: str, regions: Sequence[str] = REGIONS) -> str:
    """The text with personal data replaced by its kind: ``write to [EMAIL]``."""
    return mask_found(text, find_personal_data(text, regions))


def mask_found(text: str, findings: Sequence[Finding]) -> str:
    """The text with these findings replaced."""
    parts, last = [], 0
    for finding in findings:
        parts += [text[last : finding.start], f"[{finding.kind}]"]
        last = finding.end
    return "".join([*parts, text[last:]])


def shifted(position: int, findings: Sequence[Finding]) -> int:
    """Where a character stands after masking; inside a finding, where its mask begins."""
    moved = position
    for finding in findings:
        if position >= finding.end:
            moved += len(finding.kind) + 2 - (finding.end - finding.start)
        elif position > finding.start:
            moved -= position - finding.start
    return moved


def passes_luhn(digits: str) -> bool:
    """Whether the last digit checks the others, as on payment cards (ISO/IEC 7812)."""
    doubled = [int(d) * 2 if at % 2 else int(d) for at, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def is_chinese_id(number: str) -> bool:
    """Whether 18 characters are a resident identity number (GB 11643-1999)."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * w for d, w in zip(number[:17], ID_WEIGHTS, strict=True))
    return 1850 <= born.year <= 2100 and ID_CHECKS[total % 11] == number[17].upper()


def is_iban(number: str) -> bool:
    """Whether the two check digits fit (ISO 13616)."""
    packed = number.replace(" ", "")
    turned = packed[4:] + packed[:4]
    return 15 <= len(packed) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return digits[0] in "23456" and len(set(digits)) > 1 and passes_luhn(digits)


# The surest first: what has a checksum goes before what only looks like a number.
RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("EMAIL", EMAIL, lambda _: True),
    ("NATIONAL_ID", CHINESE_ID, is_chinese_id),
    ("IBAN", IBAN, is_iban),
    ("CARD", CARD, _is_card),
    ("NATIONAL_ID", US_NUMBER, lambda _: True),
    ("PHONE", CHINESE_MOBILE, lambda _: True),
)


def _candidates(text: str, regions: Sequence[str]) -> Iterator[Finding]:
    for kind, pattern, holds in RULES:
        for match in pattern.finditer(text):
            if holds(match.group()):
                yield Finding(kind, *match.span())
    if sum(c.isdigit() for c in text) >= FEWEST_DIGITS:
        yield from _telephones(text, regions)


def _telephones(text: str, regions: Sequence[str]) -> Iterator[Finding]:
    try:
        from phonenumbers import PhoneNumberMatcher
    except ImportError:
        raise MissingExtraError(
            "Telephone numbers are found with phonenumbers, which is not installed.",
            remedy="pip install 'chainzoo[apps]'",
        ) from None
    for region in regions:
        for match in PhoneNumberMatcher(text, region):
            yield Finding("PHONE", match.start, match.end)
