"""Sentences a second of prediction against ``transformers.pipeline`` called on the same list.

python bench/prediction_speed.py [--data ../shared/data] [--sentences 1500]
"""

from __future__ import annotations

import time

from material import arguments, tuned
from transformers import BertForTokenClassification, pipeline

from chainzoo.data.read import read_table
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import get_task

parser = arguments(__doc__)
parser.add_argument("--sentences", type=int, default=1500)
told = parser.parse_args()

train = read_table(told.data / "ner/conll2003/eng.train").examples[:3000]
dev = read_table(told.data / "ner/conll2003/eng.testa").examples[: told.sentences]
task = get_task("token-classification")
labels = task.label_space(train)
settings = {"task": task.name, "method": "full", "epochs": 1}
with tuned(train, dev[:1], labels, **settings) as (folder, _):
    ours = Predictor.load(folder)
    exact = Predictor.load(folder, precision="float32")

config = exact.loaded.model.encoder.config
config.num_labels = len(labels.names)
config.id2label = dict(enumerate(labels.names))
plain = BertForTokenClassification(config)
plain.bert.load_state_dict(exact.loaded.model.encoder.state_dict())
plain.classifier = exact.loaded.model.head
tagger = pipeline("token-classification", model=plain.eval(), tokenizer=exact.loaded.tokenizer)
texts = [example.text for example in dev]
speeds = {}
for side, call in (("transformers.pipeline", tagger), ("chainzoo", ours.predict)):
    call(texts[:20])
    begun = time.perf_counter()
    call(texts)
    speeds[side] = len(texts) / (time.perf_counter() - begun)
    print(f"{side:22} {speeds[side]:8.1f} sentences/s")
print(f"ratio {speeds['chainzoo'] / speeds['transformers.pipeline']:.2f}")
for side, predictor in (("chainzoo", ours), ("float32", exact)):
    counts = task.sufficient_statistics(dev, predictor.predict_examples(dev), labels).sum(axis=0)
    print(f"entity F1, {side}: {float(task.scores(counts, labels)['entity_f1']):.4f}")
