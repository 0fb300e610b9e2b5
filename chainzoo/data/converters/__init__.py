"""Converters: one module a task, from records to the examples of that task.

Another package adds a converter with :func:`register_converter`, or with an entry point of the
group ``chainzoo.converters`` that is named as the task and loads a :class:`Converter` object.
"""

from __future__ import annotations

from collections.abc import Sequence

from chainzoo.data.converters.converter import Converted, Converter
from chainzoo.data.records import AnnotationKind, Record
from chainzoo.data.shape import unknown_shape
from chainzoo.errors import DataError
from chainzoo.extension_points import ExtensionPoint, built_in_modules

_modules = built_in_modules(__path__, __name__, "CONVERTER", exclude=("converter",))
_converters: ExtensionPoint[Converter] = ExtensionPoint(
    "chainzoo.converters", {name.replace("_", "-"): value for name, value in _modules.items()}
)


def register_converter(converter: Converter) -> None:
    """Add the converter of a task, or replace it, for the life of the process."""
    _converters.register(converter.task, converter)


def unregister_converter(task: str) -> None:
    """Remove the converter that :func:`register_converter` added for a task."""
    _converters.unregister(task)


def get_converter(task: str) -> Converter:
    """Return the converter of a task.

    Raises:
        DataError: there is none.
        PluginError: it belongs to another package and cannot be imported.
    """
    converter = _converters.get(task)
    if converter is None:
        raise DataError(
            f"there is no converter for the task {task!r}.",
            remedy=f"Tasks with one: {', '.join(_converters.names())}.",
        )
    return converter


def infer_converter(sample: Sequence[Record], columns: Sequence[str]) -> Converter:
    """Return the first converter, in order of priority, that recognises the records.

    Raises:
        DataError: none does.
        PluginError: a converter of another package cannot be imported.
    """
    for converter in sorted(_converters.load_all().values(), key=lambda each: each.priority):
        if converter.matches(sample, columns):
            return converter
    raise unknown_shape(sample, columns)


def converter_of_annotations(kind: AnnotationKind) -> Converter:
    """Return the first converter, in order of priority, whose task learns a kind of annotations."""
    converters = sorted(_converters.load_all().values(), key=lambda each: each.priority)
    return next(each for each in converters if each.annotation == kind)


def formats_of_other_tasks(task: str | None) -> frozenset[str]:
    """Return the names of the readers that are of no use to ``task``; none if it is ``None``.

    Raises:
        DataError: there is no converter for the task.
    """
    if task is None:
        return frozenset()
    of_use = get_converter(task).formats
    reserved = {name for each in _converters.load_all().values() for name in each.formats}
    return frozenset(reserved.difference(of_use))


__all__ = [
    "Converted",
    "Converter",
    "converter_of_annotations",
    "formats_of_other_tasks",
    "get_converter",
    "infer_converter",
    "register_converter",
    "unregister_converter",
]
