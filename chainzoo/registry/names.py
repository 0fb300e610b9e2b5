"""Names of published models, and references to them: ``name``, ``name@3``, ``name@production``."""

from __future__ import annotations

import re

from chainzoo.errors import RegistryError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MAX_DERIVED_LENGTH = 48


def check_name(name: str, what: str = "name") -> str:
    """Return ``name`` if it is valid: it has to be a folder's name on every system.

    Raises:
        RegistryError: the name is not valid; ``what`` says in the message what it names.
    """
    if NAME.fullmatch(name) and ".." not in name and not name.endswith("."):
        return name
    raise RegistryError(
        f"{name!r} cannot be a {what}.",
        remedy="Use up to 64 letters, digits, '-', '_' and '.', the first a letter or digit.",
    )


def parse_ref(ref: str) -> tuple[str, str | None]:
    """Split a reference into the name and the version or alias after ``@``, if there is one.

    Raises:
        RegistryError: a part is not a valid name.
    """
    name, _, version_or_alias = ref.partition("@")
    check_name(name)
    return name, check_name(version_or_alias, "version or alias") if version_or_alias else None


def name_from(source: str) -> str:
    """Derive a model's name from a file's: ``My tickets.csv`` becomes ``my-tickets``."""
    stem = re.split(r"[/\\]", source)[-1].rsplit(".", 1)[0]
    cleaned = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    return cleaned[:MAX_DERIVED_LENGTH] or "model"
