"""XQuAD in English: the embedded encoder tuned on the first 80 % of the articles, judged on the rest.

Little data for this task (some 950 questions): the figure shows that it learns, not what it could.
Run: python bench/xquad.py
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import material

from chainzoo.data.read import read_table
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import get_task

FILE = "qa/xquad/xquad.en.json"


def main() -> None:
    """Tune, judge, print."""
    whole = json.loads((material.arguments(__doc__).parse_args().data / FILE).read_text("utf-8"))
    articles = whole["data"]
    cut = round(0.8 * len(articles))
    parts = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, some in (("train", articles[:cut]), ("rest", articles[cut:])):
            path = Path(scratch) / f"{name}.json"
            path.write_text(json.dumps({"version": "1.1", "data": some}), encoding="utf-8")
            parts.append(read_table(path).examples)
    train, rest = parts
    task = get_task("question-answering")
    labels = task.label_space(train)
    settings = {
        "task": task.name, "model": "minilm-l6", "method": "full", "epochs": 6, "max_length": 256,
    }  # fmt: skip
    with material.tuned(train, rest, labels, **settings) as (folder, seconds):
        found = Predictor.load(folder).predict_examples(rest)
    beside = predict_baselines(task, train, rest, labels)
    report = evaluate(task, rest, found, labels, baselines=beside)
    print(f"{len(train)} questions to learn from, {len(rest)} of other articles to judge by")
    print(report.verdict)
    values = {"seconds": round(seconds, 1), **report.scores, "baselines": report.baselines}
    print(json.dumps(values))


if __name__ == "__main__":
    main()
