"""Public names for those who add to ChainZoo: tasks, converters, readers, sources, cards, commands.

A package adds an implementation by an entry point in its ``pyproject.toml``:

    [project.entry-points."chainzoo.tasks"]
    urgency = "my_package.urgency:TASK"

The groups and what their entry points load:

    chainzoo.tasks        a ``Task``; the name is that of the task
    chainzoo.readers      a ``Reader`` of a file format
    chainzoo.converters   a ``Converter`` from the rows of a file to the examples of a task; the
                          name is that of the task
    chainzoo.annotations  an ``AnnotationFormat``: the rows that an annotation tool exports
    chainzoo.sources      a ``Fetcher`` of weights; the name is the ``kind`` of a source in cards
    chainzoo.cards        a function that returns the path of a TOML file, or a folder, of model cards
    chainzoo.commands     a click command; the name is that of the command, see ``chainzoo.cli``

A program adds to a family with its ``register_…`` function, for as long as the process runs. An
entry point that cannot be loaded raises a ``PluginError`` that names its package, when it is needed.

A task and the converter of its data are all that a new task needs: it is then tuned, evaluated,
compared, exported, served and called by the agent as the built-in ones are. ``TaskBase``
implements most of ``Task`` for an encoder of texts with a head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainzoo.catalog.sources import Fetcher, Source, register_source, unregister_source
from chainzoo.data import ReadOptions
from chainzoo.data.converters import Converted, Converter, register_converter, unregister_converter
from chainzoo.data.converters.text_classification import TextClassificationConverter
from chainzoo.data.examples import TextExample
from chainzoo.data.options import InferredOption
from chainzoo.data.readers import FileHead, Reader, register_reader, unregister_reader
from chainzoo.data.records import Record, Records
from chainzoo.errors import DataError, PluginError, PredictionError, TaskError
from chainzoo.metrics.labels import f1_scores, per_label_table
from chainzoo.modeling.batches import pad
from chainzoo.modeling.windows import special_tokens, windows
from chainzoo.tasks import (
    Feature,
    GenerationOptions,
    GenerativeTask,
    LabelSpace,
    ModelSettings,
    ReportTable,
    Task,
    TextPrediction,
    get_task,
    register_task,
    task_names,
    unregister_task,
)
from chainzoo.tasks.base import TaskBase, read_fields, read_text
from chainzoo.tasks.text_classification import TextClassification
from chainzoo.tasks.traits import (
    AutoModelExport,
    SentenceTransformerExport,
    TaskKeywords,
    TrainingDefaults,
)

if TYPE_CHECKING:
    from chainzoo.modeling.encoder_models import EncoderWithHead

__all__ = [
    "AutoModelExport",
    "Converted",
    "Converter",
    "DataError",
    "EncoderWithHead",
    "Feature",
    "Fetcher",
    "FileHead",
    "GenerationOptions",
    "GenerativeTask",
    "InferredOption",
    "LabelSpace",
    "ModelSettings",
    "PluginError",
    "PredictionError",
    "ReadOptions",
    "Reader",
    "Record",
    "Records",
    "ReportTable",
    "SentenceTransformerExport",
    "Source",
    "Task",
    "TaskBase",
    "TaskError",
    "TaskKeywords",
    "TextClassification",
    "TextClassificationConverter",
    "TextExample",
    "TextPrediction",
    "TrainingDefaults",
    "f1_scores",
    "get_task",
    "pad",
    "per_label_table",
    "read_fields",
    "read_text",
    "register_converter",
    "register_reader",
    "register_source",
    "register_task",
    "special_tokens",
    "task_names",
    "unregister_converter",
    "unregister_reader",
    "unregister_source",
    "unregister_task",
    "windows",
]


def __getattr__(name: str) -> Any:
    """Import a network when it is first used: it needs torch."""
    if name == "EncoderWithHead":
        from chainzoo.modeling.encoder_models import EncoderWithHead

        return EncoderWithHead
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
