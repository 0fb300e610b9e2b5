"""Class names that data sets store apart from the numbers that stand for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def from_arrow_metadata(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """Return the class names by column from the metadata that datasets leaves in Arrow schemas."""
    try:
        document = json.loads((metadata or {}).get(b"huggingface", b"{}"))
        features = document.get("info", {}).get("features", {})
    except (ValueError, AttributeError):
        return {}
    classes = {}
    for column, feature in features.items():
        inner = feature.get("feature", feature) if isinstance(feature, dict) else {}
        if isinstance(inner, dict) and inner.get("_type") == "ClassLabel" and inner.get("names"):
            classes[column] = [str(name) for name in inner["names"]]
    return classes


def from_features(features: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the class names by column from the ``features`` of a datasets object."""
    classes = {}
    for column, feature in features.items():
        names = getattr(getattr(feature, "feature", feature), "names", None)
        if names:
            classes[column] = [str(name) for name in names]
    return classes


def replace_numbers(values: Mapping[str, Any], classes: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return a row with class names instead of numbers; -1 (no label) becomes ``None``."""
    named = dict(values)
    for column, names in classes.items():
        value = named.get(column)
        if isinstance(value, int):
            named[column] = _name(value, names)
        elif isinstance(value, list):
            named[column] = [_name(v, names) if isinstance(v, int) else v for v in value]
    return named


def _name(value: int, names: list[str]) -> str | None:
    return names[value] if 0 <= value < len(names) else None
