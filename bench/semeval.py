"""SemEval-2010 Task 8: macro-F1 on a tenth of the training file, after four epochs of full tuning.

The score is the official one: without the class Other, and with the direction of a relation.

python bench/semeval.py [--data ../shared/data] [--epochs 4] [--quick]
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import harness

from chainzoo.data.read import read_table
from chainzoo.data.splitting import stratified_split
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import get_task

FILE = "relation/semeval2010_task8/TRAIN_FILE.TXT"


def main(arguments: Sequence[str] | None = None) -> None:
    """Tune, evaluate next to the baselines, and print the verdict and the scores."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--epochs", type=float, default=4)
    options = parser.parse_args(arguments)
    table = read_table(options.data / FILE)
    task, parts = get_task(table.task), stratified_split(table, 0.1, 13)
    labels = task.label_space(table.examples)
    settings = {
        "task": table.task,
        "model": "minilm-l6",
        "method": "full",
        "epochs": options.epochs,
    }
    with harness.tuned(parts.train, parts.dev, labels, **settings) as (folder, seconds):
        predictions = Predictor.load(folder).predict_examples(parts.dev)
    references = predict_baselines(task, parts.train, parts.dev, labels)
    report = evaluate(task, parts.dev, predictions, labels, baselines=references)
    print(report.verdict)
    print(json.dumps({"seconds": round(seconds, 1), **report.scores}))


if __name__ == "__main__":
    main()
