"""CoNLL-2003: entity F1 on eng.testa, after three epochs of full tuning and of LoRA.

python bench/conll2003.py [--data ../shared/data] [--methods full lora] [--epochs 3] [--quick]
"""

from __future__ import annotations

from collections.abc import Sequence

import harness

from chainzoo.data.read import read_table
from chainzoo.evaluation import Report
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.tasks import get_task
from chainzoo.tuning.forward import predict
from chainzoo.tuning.model_folder import load_model

FOLDER = "ner/conll2003"


def main(arguments: Sequence[str] | None = None) -> None:
    """Tune with each method and print its report."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--methods", nargs="+", default=["full", "lora"])
    parser.add_argument("--epochs", type=float, default=3)
    options = parser.parse_args(arguments)
    table = read_table(options.data / FOLDER / "eng.train")
    test = read_table(options.data / FOLDER / "eng.testa").examples
    task = get_task(table.task)
    labels = task.label_space(table.examples)
    for method in options.methods:
        settings = {"task": table.task, "method": method, "epochs": options.epochs}
        with harness.tuned(table.examples, test, labels, **settings) as (folder, seconds):
            predictions = predict(load_model(folder, harness.base().folder), test)
        print(f"\n{method}: {seconds:.0f} s")
        print_report(evaluate(task, test, predictions, labels))


def print_report(report: Report) -> None:
    """Print the verdict, the scores and the tables."""
    print(report.verdict)
    for name, value in report.scores.items():
        print(f"  {name:18} {value:.4f}")
    for table in report.tables:
        print(f"\n{table.title}")
        for row in (table.header, *table.rows):
            print("  " + "".join(f"{cell!s:>14}" for cell in row))


if __name__ == "__main__":
    main()
