"""Names of tuned models, and references to them: ``name``, ``name@3``, ``name@production``."""

from __future__ import annotations

import re

from chainzoo.errors import RegistryError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_name(name: str, what: str = "name") -> str:
    """The name, if it can be one.

    Raises:
        RegistryError: it could not be a folder's name everywhere.
    """
    if NAME.fullmatch(name) and ".." not in name and not name.endswith("."):
        return name
    raise RegistryError(
        f"{name!r} cannot be a {what}.",
        remedy="Use up to 64 letters, digits, '-', '_' and '.', the first a letter or digit.",
    )


def parse_ref(ref: str) -> tuple[str, str | None]:
    """Name and what stands after ``@`` (a version or an alias), or ``None``."""
    name, _, rest = ref.partition("@")
    return check_name(name), check_name(rest, "version or alias") if rest else None


def name_from(source: str) -> str:
    """A name for a model made of a file's: ``My tickets.csv`` gives ``my-tickets``."""
    stem = re.split(r"[/\\]", source)[-1].rsplit(".", 1)[0]
    cleaned = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    return cleaned[:48] or "model"
