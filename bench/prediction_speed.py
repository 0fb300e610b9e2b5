"""Sentences a second of prediction, next to ``transformers.pipeline`` called on the same list.

python bench/prediction_speed.py [--data ../shared/data] [--sentences 1500] [--quick]
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import harness
from transformers import BertForTokenClassification, pipeline

from chainzoo.data.read import read_table
from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import get_task

FOLDER = "ner/conll2003"
TRAINING_SENTENCES = 3000
WARM_UP = 20


def as_pipeline(predictor: Predictor) -> Callable[[list[str]], Any]:
    """Return the same model as a pipeline of transformers, in float32."""
    loaded = predictor.loaded
    names = loaded.manifest.labels.names
    config = loaded.model.encoder.config
    config.num_labels, config.id2label = len(names), dict(enumerate(names))
    model = BertForTokenClassification(config)
    model.bert.load_state_dict(loaded.model.encoder.state_dict())
    model.classifier = loaded.model.head
    return pipeline("token-classification", model=model.eval(), tokenizer=loaded.tokenizer)


def sentences_per_second(call: Callable[[list[str]], Any], texts: list[str]) -> float:
    """Return the speed of one call with all texts."""
    call(texts[:WARM_UP])
    started_at = time.perf_counter()
    call(texts)
    return len(texts) / (time.perf_counter() - started_at)


def main(arguments: Sequence[str] | None = None) -> None:
    """Tune for an epoch, and print both speeds and the F1 in both precisions."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--sentences", type=int, default=1500)
    options = parser.parse_args(arguments)
    train = read_table(options.data / FOLDER / "eng.train").examples[:TRAINING_SENTENCES]
    test = read_table(options.data / FOLDER / "eng.testa").examples[: options.sentences]
    task = get_task("token-classification")
    labels = task.label_space(train)
    settings = {"task": task.name, "method": "full", "epochs": 1}
    with harness.tuned(train, test[:1], labels, **settings) as (folder, _):
        ours = Predictor.load(folder)
        exact = Predictor.load(folder, precision="float32")

    texts = [example.text for example in test]
    calls = {"transformers.pipeline": as_pipeline(exact), "chainzoo": ours.predict}
    speeds = {name: sentences_per_second(call, texts) for name, call in calls.items()}
    for name, speed in speeds.items():
        print(f"{name:22} {speed:8.1f} sentences/s")
    print(f"ratio {speeds['chainzoo'] / speeds['transformers.pipeline']:.2f}")
    for name, predictor in (("chainzoo", ours), ("float32", exact)):
        predictions = predictor.predict_examples(test)
        counts = task.sufficient_statistics(test, predictions, labels).sum(axis=0)
        print(f"entity F1, {name}: {float(task.scores(counts, labels)['entity_f1']):.4f}")


if __name__ == "__main__":
    main()
