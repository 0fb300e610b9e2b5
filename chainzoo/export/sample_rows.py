"""The rows on which an exported model is compared with the original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainzoo.data import ReadOptions
from chainzoo.evaluation.published import read_evaluation_data, read_training_examples
from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.registry import ModelRecord

MAX_ROWS = 200


def sample_rows(home: Home, record: ModelRecord, predictor: Predictor, data: Any) -> list[Any]:
    """Choose at most 200 examples, evenly spread over their source.

    The source is ``data``, else what the model was tuned on, else the task's own samples.

    Raises:
        DataError: ``data`` cannot be read.
    """
    examples: Sequence[Any]
    if data is not None:
        examples = read_evaluation_data(home, predictor, data, ReadOptions()).examples
    else:
        examples = read_training_examples(home, record, predictor.loaded.manifest.recipe)
    task = predictor.loaded.task
    examples = task.unlabelled(examples)
    if not examples:
        examples = [task.parse_input(value) for value in task.sample_inputs]
    step = max(1.0, len(examples) / MAX_ROWS)
    return [examples[int(index * step)] for index in range(min(len(examples), MAX_ROWS))]
