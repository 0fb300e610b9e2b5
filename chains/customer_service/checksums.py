"""Check digits of payment cards, Chinese identity numbers and IBANs."""

from __future__ import annotations

from datetime import date

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_DIGITS = "10X98765432"


def passes_luhn(digits: str) -> bool:
    """Return whether the last digit checks the others, as on payment cards (ISO/IEC 7812)."""
    doubled = [int(d) * 2 if at % 2 else int(d) for at, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def is_chinese_id(number: str) -> bool:
    """Return whether 18 characters are a resident identity number (GB 11643-1999)."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * w for d, w in zip(number[:17], ID_WEIGHTS, strict=True))
    return 1850 <= born.year <= 2100 and ID_CHECK_DIGITS[total % 11] == number[17].upper()


def is_iban(number: str) -> bool:
    """Return whether the two check digits of an IBAN are right (ISO 13616)."""
    compact = number.replace(" ", "")
    rotated = compact[4:] + compact[:4]
    return 15 <= len(compact) <= 34 and int("".join(str(int(c, 36)) for c in rotated)) % 97 == 1
