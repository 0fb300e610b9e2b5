"""Banking77: accuracy on a stratified tenth of train.csv that is held out, after five epochs.

python bench/banking77.py [--data ../shared/data] [--method full] [--epochs 5] [--quick]
"""

from __future__ import annotations

from collections.abc import Sequence

import harness

from chainzoo.data.read import read_table
from chainzoo.data.splitting import stratified_split
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.tasks import get_task
from chainzoo.tuning.forward import predict
from chainzoo.tuning.model_folder import load_model

FILE = "classification/banking77/train.csv"


def main(arguments: Sequence[str] | None = None) -> None:
    """Tune, evaluate next to the baselines, and print the verdict."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--method", default="full")
    parser.add_argument("--epochs", type=float, default=5)
    options = parser.parse_args(arguments)
    table = read_table(options.data / FILE)
    parts = stratified_split(table, 0.1, seed=13)
    task = get_task(table.task)
    labels = task.label_space(table.examples)
    settings = {"task": table.task, "method": options.method, "epochs": options.epochs}
    with harness.tuned(parts.train, parts.dev, labels, **settings) as (folder, seconds):
        predictions = predict(load_model(folder, harness.base().folder), parts.dev)
    references = predict_baselines(task, parts.train, parts.dev, labels)
    report = evaluate(task, parts.dev, predictions, labels, baselines=references)
    rows = len(parts.train)
    print(f"{options.method}, {options.epochs:g} epochs on {rows} rows: {seconds:.0f} s")
    print(report.verdict)


if __name__ == "__main__":
    main()
