"""SemEval-2010 Task 8: the embedded encoder in full on nine tenths of the train file.

Prints the official macro-F1 (without Other, direction counts) on the tenth that was held out.
Run: python bench/semeval.py
"""

from __future__ import annotations

import json

import material

from chainzoo.data.read import read_table
from chainzoo.data.splitting import stratified_split
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import get_task

FILE = "relation/semeval2010_task8/TRAIN_FILE.TXT"


def main() -> None:
    """Tune, judge, print."""
    table = read_table(material.arguments(__doc__).parse_args().data / FILE)
    task, parts = get_task(table.task), stratified_split(table, 0.1, 13)
    labels = task.label_space(table.examples)
    settings = {"task": table.task, "model": "minilm-l6", "method": "full", "epochs": 4}
    with material.tuned(parts.train, parts.dev, labels, **settings) as (folder, seconds):
        found = Predictor.load(folder).predict_examples(parts.dev)
    beside = predict_baselines(task, parts.train, parts.dev, labels)
    report = evaluate(task, parts.dev, found, labels, baselines=beside)
    print(report.verdict)
    print(json.dumps({"seconds": round(seconds, 1), **report.scores}))


if __name__ == "__main__":
    main()
