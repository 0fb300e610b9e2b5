"""Numbers that stand for class names: where a data set tells the names, and the names put in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def from_arrow_metadata(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """Column to class names, from the note that the datasets library leaves in Arrow schemas."""
    try:
        note = json.loads((metadata or {}).get(b"huggingface", b"{}"))
        features = note.get("info", {}).get("features", {})
    except (ValueError, AttributeError):
        return {}
    found = {}
    for column, feature in features.items():
        inner = feature.get("feature", feature) if isinstance(feature, dict) else {}
        if isinstance(inner, dict) and inner.get("_type") == "ClassLabel" and inner.get("names"):
            found[column] = [str(name) for name in inner["names"]]
    return found


def from_features(features: Mapping[str, Any]) -> dict[str, list[str]]:
    """Column to class names, from the ``features`` of a datasets object."""
    found = {}
    for column, feature in features.items():
        names = getattr(getattr(feature, "feature", feature), "names", None)
        if names:
            found[column] = [str(name) for name in names]
    return found


def named(values: dict[str, Any], classes: Mapping[str, list[str]]) -> dict[str, Any]:
    """A row with the names in the place of the numbers; -1 (no label) becomes ``None``."""
    for column, names in classes.items():
        value = values.get(column)
        if isinstance(value, int):
            values[column] = _name(value, names)
        elif isinstance(value, list):
            values[column] = [_name(v, names) if isinstance(v, int) else v for v in value]
    return values


def _name(value: int, names: list[str]) -> str | None:
    return names[value] if 0 <= value < len(names) else None
