"""CoNLL-2003: minilm-l6 tuned in full and with LoRA, three epochs, judged on eng.testa.

python bench/conll2003.py [--data ../shared/data] [--methods full lora]
"""

from __future__ import annotations

from material import arguments, base, tuned

from chainzoo.data.read import read_table
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.tasks import get_task
from chainzoo.tuning.forward import predict
from chainzoo.tuning.model_folder import load_model

parser = arguments(__doc__)
parser.add_argument("--methods", nargs="+", default=["full", "lora"])
parser.add_argument("--epochs", type=float, default=3)
told = parser.parse_args()

train = read_table(told.data / "ner/conll2003/eng.train")
test = read_table(told.data / "ner/conll2003/eng.testa").examples
task = get_task(train.task)
labels = task.label_space(train.examples)
for method in told.methods:
    settings = {"task": train.task, "method": method, "epochs": told.epochs}
    with tuned(train.examples, test, labels, **settings) as (folder, seconds):
        answers = predict(load_model(folder, base().folder), test)
    report = evaluate(task, test, answers, labels)
    print(f"\n{method}: {seconds:.0f} s, {report.verdict}")
    for name, value in report.scores.items():
        print(f"  {name:18} {value:.4f}")
    for table in report.tables:
        print(f"\n{table.title}")
        for row in (table.header, *table.rows):
            print("  " + "".join(f"{cell!s:>14}" for cell in row))
