"""Parity: a saved model, loaded back, must give the predictions that it was evaluated by."""

from __future__ import annotations

import shutil
from pathlib import Path

from chainzoo.errors import ParityError
from chainzoo.evaluation.tuned import TunedEvaluation
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import GenerativeTask, get_task
from chainzoo.tuning.base_checkpoint import BaseCheckpoint
from chainzoo.tuning.model_folder import TunedModel

MAX_GENERATED_ROWS = 8


def check_parity(
    tuned: TunedModel, base: BaseCheckpoint, evaluation: TunedEvaluation, workdir: Path
) -> None:
    """Check that a copy of the model, loaded as users load it, predicts what was evaluated.

    Of a generative model eight rows are generated twice: generating all of them again would take
    as long as the evaluation.

    Raises:
        ParityError: predictions differ; the message says how many, and on which line the first.
    """
    examples, expected = evaluation.examples, evaluation.predictions
    if isinstance(get_task(tuned.manifest.task), GenerativeTask):
        examples = examples[:MAX_GENERATED_ROWS]
        expected = Predictor.load(tuned.folder, base.folder).predict_examples(examples)
    copy = workdir / "parity"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(tuned.folder, copy)
    try:
        actual = Predictor.load(copy, base.folder).predict_examples(examples)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    pairs = zip(expected, actual, strict=True)
    differing = [index for index, (first, second) in enumerate(pairs) if first != second]
    if differing:
        raise ParityError(
            f"Saved and loaded back, the model predicts {len(differing)} of {len(expected)} rows"
            f" differently, the first on line {examples[differing[0]].line}. It is not published.",
            remedy="Tune again; if it happens again, report it with the recipe.",
        )
