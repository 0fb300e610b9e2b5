"""Sentences a second of full tuning: a plain loop, the plain Trainer, and ours, in one process.

python bench/tuning_speed.py [--data ../shared/data] [--sentences 4000] [--epochs 1] [--quick]

The plain loop is that of most tutorials: each sentence padded to 128 tokens, batches of 16, float32,
AdamW. The plain Trainer is ``transformers.Trainer`` with its defaults and dynamic padding.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import harness
import torch
from transformers import Trainer, TrainingArguments

from chainzoo.data.read import read_table
from chainzoo.modeling.loading import load_tokenizer
from chainzoo.tasks import LabelSpace, ModelSettings, Task, get_task
from chainzoo.tuning.forward import logits
from chainzoo.tuning.model_folder import load_model

FOLDER = "ner/conll2003"
MAX_TEST_SENTENCES = 1000
MAX_LENGTH, STRIDE = 512, 32
PLAIN_LENGTH, PLAIN_BATCH_SIZE, PLAIN_LEARNING_RATE = 128, 16, 5e-5
SEED = 13
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The data of all three ways to train."""

    task: Task
    labels: LabelSpace
    train: Sequence[Any]
    test: Sequence[Any]
    train_features: Sequence[Any]
    test_features: Sequence[Any]
    epochs: int

    def new_model(self) -> Any:
        """Build an untrained network."""
        return self.task.build_model(harness.base().folder, ModelSettings(self.labels))

    def entity_f1(self, model: Any) -> float:
        """Score a model in float32."""
        task, labels = self.task, self.labels
        rows = logits(model.float().eval(), task, self.test_features, labels, 0)
        predictions = task.decode(rows, self.test_features, self.test, labels)
        counts = task.sufficient_statistics(self.test, predictions, labels).sum(axis=0)
        return float(task.scores(counts, labels)["entity_f1"])


def train_with_plain_loop(benchmark: Benchmark) -> tuple[Any, float]:
    """Train as most tutorials do; return the model and the seconds."""
    torch.manual_seed(SEED)
    model = benchmark.new_model()
    features = benchmark.train_features
    started_at = time.perf_counter()
    optimizer = torch.optim.AdamW(model.parameters(), lr=PLAIN_LEARNING_RATE)
    model.train()
    for _ in range(benchmark.epochs):
        order = torch.randperm(len(features)).tolist()
        for start in range(0, len(order), PLAIN_BATCH_SIZE):
            batch = [features[index] for index in order[start : start + PLAIN_BATCH_SIZE]]
            model(*padded(batch))["loss"].backward()
            optimizer.step()
            optimizer.zero_grad()
    return model, time.perf_counter() - started_at


def padded(batch: Sequence[Any]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids, mask and targets of features, each of shape (features, 128)."""
    ids = torch.zeros(len(batch), PLAIN_LENGTH, dtype=torch.long)
    mask, target = torch.zeros_like(ids), torch.full_like(ids, IGNORED)
    for row, feature in enumerate(batch):
        length = min(len(feature.input_ids), PLAIN_LENGTH)
        ids[row, :length] = torch.tensor(feature.input_ids[:length])
        target[row, :length] = torch.tensor(feature.target[:length])
        mask[row, :length] = 1
    return ids, mask, target


def train_with_plain_trainer(benchmark: Benchmark) -> tuple[Any, float]:
    """Train with ``transformers.Trainer`` as it is; return the model and the seconds."""
    model = benchmark.new_model()
    collate = partial(benchmark.task.collate, pad_id=0, labels=benchmark.labels)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            num_train_epochs=benchmark.epochs,
            use_cpu=not torch.cuda.is_available(),
            remove_unused_columns=False,
            report_to="none",
            disable_tqdm=True,
            save_strategy="no",
        )
        trainer = Trainer(
            model, arguments, train_dataset=benchmark.train_features, data_collator=collate
        )
        # The network computes the mean loss of a batch itself.
        trainer.model_accepts_loss_kwargs = False
        started_at = time.perf_counter()
        trainer.train()
        return model, time.perf_counter() - started_at


def train_with_chainzoo(benchmark: Benchmark) -> tuple[Any, float]:
    """Train with ``tune``; return the model and the seconds."""
    settings = {"task": benchmark.task.name, "method": "full", "epochs": benchmark.epochs}
    train, dev = benchmark.train, benchmark.test[:1]
    with harness.tuned(train, dev, benchmark.labels, **settings) as (folder, seconds):
        return load_model(folder, precision="float32").model, seconds


def load_benchmark(options: Any) -> Benchmark:
    """Read and encode the sentences."""
    train = read_table(options.data / FOLDER / "eng.train").examples[: options.sentences]
    test = read_table(options.data / FOLDER / "eng.testa").examples[:MAX_TEST_SENTENCES]
    task = get_task("token-classification")
    labels = task.label_space(train)
    tokenizer = load_tokenizer(harness.base().folder)
    features = [
        task.encode(examples, tokenizer, labels, MAX_LENGTH, STRIDE) for examples in (train, test)
    ]
    return Benchmark(task, labels, train, test, features[0], features[1], options.epochs)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train in all three ways and print speed and F1 of each."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--sentences", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=1)
    benchmark = load_benchmark(parser.parse_args(arguments))
    results = {}
    for name, train in (
        ("plain loop", train_with_plain_loop),
        ("Trainer", train_with_plain_trainer),
        ("chainzoo", train_with_chainzoo),
    ):
        model, seconds = train(benchmark)
        speed = len(benchmark.train) * benchmark.epochs / seconds
        results[name] = (speed, benchmark.entity_f1(model))
    for name, (speed, score) in results.items():
        ratio = results["chainzoo"][0] / speed
        print(
            f"{name:12} {speed:7.1f} sentences/s, entity F1 {score:.4f}, chainzoo is {ratio:.2f} x"
        )


if __name__ == "__main__":
    main()
