"""Sentences a second of tuning: the plain loop, the plain trainer, and ours, in one run.

python bench/tuning_speed.py [--data ../shared/data] [--sentences 4000] [--epochs 1]

The plain loop is the one of most tutorials: every sentence padded to 128, batches of 16, float32,
AdamW. The plain trainer is ``transformers.Trainer`` with its defaults and dynamic padding.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from typing import Any

import torch
from material import arguments, base, tuned
from transformers import AutoTokenizer, Trainer, TrainingArguments

from chainzoo.data.read import read_table
from chainzoo.tasks import ModelSettings, get_task
from chainzoo.tuning.forward import logits
from chainzoo.tuning.model_folder import load_model

parser = arguments(__doc__)
parser.add_argument("--sentences", type=int, default=4000)
parser.add_argument("--epochs", type=int, default=1)
told = parser.parse_args()

train = read_table(told.data / "ner/conll2003/eng.train").examples[: told.sentences]
dev = read_table(told.data / "ner/conll2003/eng.testa").examples[:1000]
task = get_task("token-classification")
labels = task.label_space(train)
tokenizer = AutoTokenizer.from_pretrained(base().folder)
encoded = task.encode(train, tokenizer, labels, 512, 32)
judged = task.encode(dev, tokenizer, labels, 512, 32)
found: dict[str, tuple[float, float]] = {}


def note(side: str, model: Any, seconds: float) -> None:
    """Keep a side's speed and its entity F1, judged in float32."""
    rows = logits(model.float().eval(), task, judged, labels, 0)
    counts = task.sufficient_statistics(dev, task.decode(rows, judged, dev, labels), labels).sum(
        axis=0
    )
    score = float(task.scores(counts, labels)["entity_f1"])
    found[side] = (len(train) * told.epochs / seconds, score)


def plain_loop(model: Any) -> None:
    """What most tutorials teach."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5)
    model.train()
    for _ in range(told.epochs):
        order = torch.randperm(len(encoded)).tolist()
        for start in range(0, len(order), 16):
            rows = [encoded[at] for at in order[start : start + 16]]
            ids = torch.zeros(len(rows), 128, dtype=torch.long)
            mask, target = torch.zeros_like(ids), torch.full_like(ids, -100)
            for at, row in enumerate(rows):
                size = min(len(row.input_ids), 128)
                ids[at, :size] = torch.tensor(row.input_ids[:size])
                target[at, :size] = torch.tensor(row.target[:size])
                mask[at, :size] = 1
            model(ids, mask, target)["loss"].backward()
            optimizer.step()
            optimizer.zero_grad()


torch.manual_seed(13)
model = task.build_model(base().folder, ModelSettings(labels))
begun = time.perf_counter()
plain_loop(model)
note("plain loop", model, time.perf_counter() - begun)

model = task.build_model(base().folder, ModelSettings(labels))
with tempfile.TemporaryDirectory() as work:
    options = TrainingArguments(
        work,
        num_train_epochs=told.epochs,
        use_cpu=not torch.cuda.is_available(),
        remove_unused_columns=False,
        report_to="none",
        disable_tqdm=True,
        save_strategy="no",
    )
    collate = partial(task.collate, pad_id=0, labels=labels)
    trainer = Trainer(model, options, train_dataset=encoded, data_collator=collate)
    begun = time.perf_counter()
    trainer.train()
    note("Trainer", model, time.perf_counter() - begun)

settings = {"task": task.name, "method": "full", "epochs": told.epochs}
with tuned(train, dev[:1], labels, **settings) as (folder, seconds):
    note("chainzoo", load_model(folder, precision="float32").model, seconds)

for side, (speed, score) in found.items():
    ratio = found["chainzoo"][0] / speed
    print(f"{side:12} {speed:7.1f} sentences/s, entity F1 {score:.4f}, chainzoo is {ratio:.2f} x")
