"""The customer-service bot: intents and scope on CLINC150, answers on the COVID FAQ.

python bench/bot.py clinc [--data ../shared/data] [--method lora|full|head|frozen] [--epochs 2]
python bench/bot.py covid [--data ../shared/data]

CLINC150: tuned on ``train``; temperature and threshold from one half of ``val``, evaluated on the
other half and on ``oos_val``, which no setting was chosen on. COVID FAQ: every fifth question,
reworded in ``covid_paraphrases.jsonl`` (``row`` is the entry, ``same`` are entries that ask the
same).
"""

from __future__ import annotations

import csv
import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path

import harness
import numpy as np

from chains.customer_service import BotConfig, BotTrainingData, build_bot, train_bot
from chains.customer_service.build import train_version
from chains.customer_service.calibration import (
    apply_temperature,
    calibrate,
    calibration_error,
    neighbour_similarity,
    scope_scores,
)
from chains.customer_service.history import Utterance
from chains.customer_service.intent_classifier import IntentPrediction
from chains.customer_service.model import load_model
from chains.customer_service.texts import embed_texts
from chains.customer_service.training_data import TrainingSet

PARAPHRASES = Path(__file__).with_name("covid_paraphrases.jsonl")
CLINC = "classification/clinc150/data_full_train_val.json"


def clinc(data: Path, home: Path, method: str, epochs: float) -> None:
    """Print in-scope accuracy, and out-of-scope recall at the threshold for 5 % false alarms."""
    parts = json.loads((data / CLINC).read_text(encoding="utf-8"))
    rows = {name: [Utterance(text, label) for text, label in part] for name, part in parts.items()}
    val = random.Random(13).sample(rows["val"], len(rows["val"]))
    calibration_rows, test_rows = val[::2], val[1::2]
    config = BotConfig(name="clinc", home=home, method=method, epochs=epochs)  # type: ignore[arg-type]
    config, report = train_version(config, TrainingSet([], rows["train"], calibration_rows), print)
    print(report.held_out)
    classifier = load_model(config).intents
    assert classifier is not None
    embeddings = config.zoo.embeddings(config.model)

    def classify(part: list[Utterance]) -> list[IntentPrediction]:
        texts = [u.text for u in part]
        return classifier.classify(texts, embed_texts(embeddings, texts))

    inside, outside = classify(test_rows), classify(rows["oos_val"])
    correct = np.array([p.intent == u.intent for p, u in zip(inside, test_rows, strict=True)])
    accepted = np.array([p.in_scope for p in inside])
    counts = f"evaluated on {len(test_rows)} in scope, {len(outside)} out"
    print(f"CLINC150, {method}, {epochs:g} epochs; {counts}")
    with_alarms = (correct & accepted).mean()
    print(f"in-scope accuracy {correct.mean():.3f} ({with_alarms:.3f} with false alarms as errors)")
    print(f"false alarms {1 - accepted.mean():.3f}")
    print(f"out-of-scope recall {np.mean([not p.in_scope for p in outside]):.3f}")


def clinc_frozen(data: Path, home: Path) -> None:
    """Print the same for logistic regression on the untuned encoder's vectors."""
    from sklearn.linear_model import LogisticRegression

    parts = json.loads((data / CLINC).read_text(encoding="utf-8"))
    embeddings = BotConfig(name="clinc", home=home).zoo.embeddings()
    val = random.Random(13).sample(parts["val"], len(parts["val"]))
    splits = {"train": parts["train"], "calibration": val[::2], "test": val[1::2]}
    splits["outside"] = parts["oos_val"]
    vectors = {
        name: embed_texts(embeddings, [text for text, _ in part]) for name, part in splits.items()
    }
    labels = {name: np.asarray([label for _, label in part]) for name, part in splits.items()}
    model = LogisticRegression(C=20, max_iter=300).fit(vectors["train"], labels["train"])
    similarities = {n: neighbour_similarity(v, vectors["train"]) for n, v in vectors.items()}
    scores = {name: model.predict_proba(part) for name, part in vectors.items()}
    positions = np.searchsorted(model.classes_, labels["calibration"])
    calibration = calibrate(scores["calibration"], positions, similarities["calibration"], 0.05)
    confidence = {
        name: apply_temperature(scores[name], calibration.temperature).max(axis=1)
        for name in ("test", "outside")
    }
    accepted = {
        name: scope_scores(values, similarities[name]) >= calibration.threshold
        for name, values in confidence.items()
    }
    correct = model.classes_[scores["test"].argmax(axis=1)] == labels["test"]
    print(f"CLINC150, frozen encoder and logistic regression; {len(correct)} rows in scope")
    print(f"in-scope accuracy {correct.mean():.3f}; threshold {calibration.threshold:.3f}")
    before = calibration_error(scores["test"].max(axis=1), correct)
    after = calibration_error(confidence["test"], correct)
    print(f"calibration error {before:.3f}, after the temperature {after:.3f}")
    print(f"false alarms {1 - accepted['test'].mean():.3f}")
    print(f"out-of-scope recall {1 - accepted['outside'].mean():.3f}")


def covid(data: Path, home: Path) -> None:
    """Print the recall of retrieval, and how many reworded questions get the right answer."""
    source = data / "dialogue/faq_en_covid/faq_covidbert.csv"
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answers = [" ".join(row["answer"].split()) for row in rows]
    paraphrases = map(json.loads, PARAPHRASES.read_text(encoding="utf-8").splitlines())
    questions = [q for q in paraphrases if max([q["row"], *q.get("same", ())]) < len(rows)]
    config, report = train_bot(BotConfig(name="covid", home=home), BotTrainingData(faq=source))
    print(report.thresholds)
    bot = build_bot(config)
    bot.invoke("a first question, so that everything is loaded")
    counts = {"strict recall@3": 0, "recall@3": 0, "right": 0, "strictly right": 0, "wrong": 0}
    kinds: dict[str, int] = {}
    milliseconds = []
    for question in questions:
        accepted = {answers[at] for at in (question["row"], *question.get("same", []))}
        own = answers[question["row"]]
        vector = bot.model.embed(question["question"])
        hits = bot.model.knowledge.search(question["question"], vector, "en")
        found = {hit.answer for hit in hits}
        counts["strict recall@3"] += own in found
        counts["recall@3"] += bool(accepted & found)
        turn = bot.invoke(question["question"])
        kinds[turn.kind] = kinds.get(turn.kind, 0) + 1
        milliseconds.append(turn.seconds * 1000)
        if turn.kind == "answer":
            counts["right"] += turn.text in accepted
            counts["strictly right"] += turn.text == own
            counts["wrong"] += turn.text not in accepted
            if turn.text not in accepted:
                print(f"wrong: {question['question']} -> {turn.citations[0].source}")
    print(f"COVID FAQ, {len(questions)} reworded questions, {len(rows)} entries")
    for name, count in counts.items():
        print(f"{name:18} {count:3}  {count / len(questions):.3f}")
    print(kinds)
    median = statistics.median(milliseconds)
    print(f"median turn {median:.0f} ms, slowest {max(milliseconds):.0f} ms")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one benchmark in a temporary home."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("benchmark", choices=["clinc", "covid"])
    parser.add_argument("--method", default="lora")
    parser.add_argument("--epochs", type=float, default=2)
    options = parser.parse_args(arguments)
    with harness.temporary_home("minilm-l6") as temporary:
        home = temporary.root
        if options.benchmark == "clinc" and options.method == "frozen":
            clinc_frozen(options.data, home)
        elif options.benchmark == "clinc":
            clinc(options.data, home, options.method, options.epochs)
        else:
            covid(options.data, home)


if __name__ == "__main__":
    main()
