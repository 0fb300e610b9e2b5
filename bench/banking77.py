"""Banking77: a stratified tenth of train.csv held out, accuracy after at most six epochs.

python bench/banking77.py [--data ../shared/data] [--method full] [--epochs 5]
"""

from __future__ import annotations

from material import arguments, base, tuned

from chainzoo.data.read import read_table
from chainzoo.data.splitting import stratified_split
from chainzoo.evaluation.baselines import predict_baselines
from chainzoo.evaluation.evaluate import evaluate
from chainzoo.tasks import get_task
from chainzoo.tuning.forward import predict
from chainzoo.tuning.model_folder import load_model

parser = arguments(__doc__)
parser.add_argument("--method", default="full")
parser.add_argument("--epochs", type=float, default=5)
told = parser.parse_args()

table = read_table(told.data / "classification/banking77/train.csv")
parts = stratified_split(table, 0.1, seed=13)
task = get_task(table.task)
labels = task.label_space(table.examples)
settings = {"task": table.task, "method": told.method, "epochs": told.epochs}
with tuned(parts.train, parts.dev, labels, **settings) as (folder, seconds):
    answers = predict(load_model(folder, base().folder), parts.dev)
beside = predict_baselines(task, parts.train, parts.dev, labels)
report = evaluate(task, parts.dev, answers, labels, baselines=beside)
print(f"{told.method}, {told.epochs:g} epochs on {len(parts.train)} rows: {seconds:.0f} s")
print(report.verdict)
