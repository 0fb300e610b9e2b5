"""XQuAD in English: answers on the last fifth of the articles, after six epochs of full tuning.

The first four fifths have some 950 questions: enough to show that the task is learned, and too few
to show how well.

python bench/xquad.py [--data ../shared/data] [--epochs 6] [--quick]
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import harness

from chainzoo.data.read import read_table
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import get_task

FILE = "qa/xquad/xquad.en.json"
TRAINING_SHARE = 0.8


def read_parts(path: Path) -> list[Sequence[Any]]:
    """Read the examples of the first and of the last articles."""
    articles = json.loads(path.read_text("utf-8"))["data"]
    cut = round(TRAINING_SHARE * len(articles))
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.json"
        parts = []
        for some in (articles[:cut], articles[cut:]):
            part.write_text(json.dumps({"version": "1.1", "data": some}), encoding="utf-8")
            parts.append(read_table(part).examples)
    return parts


def main(arguments: Sequence[str] | None = None) -> None:
    """Tune, evaluate next to the baselines, and print the verdict and the scores."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--epochs", type=float, default=6)
    options = parser.parse_args(arguments)
    train, test = read_parts(options.data / FILE)
    task = get_task("question-answering")
    labels = task.label_space(train)
    settings = {
        "task": task.name,
        "model": "minilm-l6",
        "method": "full",
        "epochs": options.epochs,
        "max_length": 256,
    }
    with harness.tuned(train, test, labels, **settings) as (folder, seconds):
        predictions = Predictor.load(folder).predict_examples(test)
    references = predict_baselines(task, train, test, labels)
    report = evaluate(task, test, predictions, labels, baselines=references)
    print(f"{len(train)} questions to train on, {len(test)} of other articles to evaluate on")
    print(report.verdict)
    values = {"seconds": round(seconds, 1), **report.scores, "baselines": report.baselines}
    print(json.dumps(values))


if __name__ == "__main__":
    main()
