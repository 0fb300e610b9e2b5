"""The customer-service bot: intents and scope on CLINC150, answers on the COVID FAQ.

python bench/bot.py clinc [--data ../shared/data] [--method lora|full|head|frozen] [--epochs 2]
python bench/bot.py covid [--data ../shared/data]

CLINC150: tuned on ``train``; temperature and threshold from one half of ``val``, judged on the other
half and on ``oos_val``, of which nothing was chosen. COVID FAQ: every fifth question, worded anew in
``covid_paraphrases.jsonl`` (``row`` is the entry, ``same`` are entries that ask the same).
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

from chains.customer_service import BotConfig, Material, build_bot, make_bot
from chains.customer_service.build import Stuff, keep
from chains.customer_service.history import Utterance
from chains.customer_service.intents import (
    calibrate,
    calibration_error,
    likeness,
    scope,
    with_temperature,
)
from chains.customer_service.knowledge import embed
from chains.customer_service.skill import open_skill

PARAPHRASES = Path(__file__).with_name("covid_paraphrases.jsonl")


def clinc(data: Path, home: Path, method: str, epochs: float) -> None:
    """In-scope accuracy, and out-of-scope recall at the threshold for 5 % false alarms."""
    path = data / "classification/clinc150/data_full_train_val.json"
    parts = json.loads(path.read_text(encoding="utf-8"))
    rows = {name: [Utterance(text, label) for text, label in part] for name, part in parts.items()}
    val = random.Random(13).sample(rows["val"], len(rows["val"]))
    chosen_by, judged = val[::2], val[1::2]
    config = BotConfig(name="clinc", home=home, method=method, epochs=epochs)  # type: ignore[arg-type]
    config, report = keep(config, Stuff([], rows["train"], chosen_by), print)
    print(report.held_out)
    reader = open_skill(config).intents
    assert reader is not None
    embeddings = config.zoo.embeddings(config.model)

    def read(part: list[Utterance]) -> list:
        texts = [u.text for u in part]
        return reader.read(texts, embed(embeddings, texts))

    inside, outside = read(judged), read(rows["oos_val"])
    right = np.mean([g.intent == u.intent for g, u in zip(inside, judged, strict=True)])
    taken = np.mean([g.intent == u.intent and g.fits for g, u in zip(inside, judged, strict=True)])
    print(
        f"CLINC150, {method}, {epochs:g} epochs; judged on {len(judged)} in scope, {len(outside)} out"
    )
    print(f"in-scope accuracy {right:.3f} ({taken:.3f} with false alarms counted as wrong)")
    print(f"false alarms {np.mean([not g.fits for g in inside]):.3f}")
    print(f"out-of-scope recall {np.mean([not g.fits for g in outside]):.3f}")


def clinc_frozen(data: Path, home: Path) -> None:
    """The same calibration and scope over logistic regression on the untuned encoder's vectors."""
    from sklearn.linear_model import LogisticRegression

    path = data / "classification/clinc150/data_full_train_val.json"
    parts = json.loads(path.read_text(encoding="utf-8"))
    embeddings = BotConfig(name="clinc", home=home).zoo.embeddings()
    val = random.Random(13).sample(parts["val"], len(parts["val"]))
    halves = {"train": parts["train"], "chosen": val[::2], "judged": val[1::2]}
    halves["outside"] = parts["oos_val"]
    vectors = {name: embed(embeddings, [t for t, _ in part]) for name, part in halves.items()}
    labels = {name: np.asarray([label for _, label in part]) for name, part in halves.items()}
    model = LogisticRegression(C=20, max_iter=300).fit(vectors["train"], labels["train"])
    likes = {name: likeness(vectors[name], vectors["train"]) for name in vectors}
    scores = {name: model.predict_proba(vectors[name]) for name in vectors}
    right = np.searchsorted(model.classes_, labels["chosen"])
    known = calibrate(scores["chosen"], right, likes["chosen"], 0.05)
    fits = {
        name: scope(with_temperature(scores[name], known.temperature).max(axis=1), likes[name])
        >= known.threshold
        for name in ("judged", "outside")
    }
    hits = model.classes_[scores["judged"].argmax(axis=1)] == labels["judged"]
    sure = with_temperature(scores["judged"], known.temperature).max(axis=1)
    print(f"CLINC150, frozen encoder and logistic regression; judged on {len(hits)} in scope")
    print(f"in-scope accuracy {hits.mean():.3f}; threshold {known.threshold:.3f}")
    raw = calibration_error(scores["judged"].max(axis=1), hits)
    print(f"calibration error {raw:.3f}, after the temperature {calibration_error(sure, hits):.3f}")
    print(f"false alarms {1 - fits['judged'].mean():.3f}")
    print(f"out-of-scope recall {1 - fits['outside'].mean():.3f}")


def covid(data: Path, home: Path) -> None:
    """Print the recall of retrieval, and the share of rephrased questions with the right answer."""
    source = data / "dialogue/faq_en_covid/faq_covidbert.csv"
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answers = [" ".join(row["answer"].split()) for row in rows]
    lines = map(json.loads, PARAPHRASES.read_text(encoding="utf-8").splitlines())
    questions = [line for line in lines if max([line["row"], *line.get("same", ())]) < len(rows)]
    config, report = make_bot(BotConfig(name="covid", home=home), Material(faq=source))
    print(report.thresholds)
    bot = build_bot(config)
    bot.invoke("a first question, so that everything is loaded")
    counts = {"strict recall@3": 0, "recall@3": 0, "right": 0, "strictly right": 0, "wrong": 0}
    kinds: dict[str, int] = {}
    times = []
    for question in questions:
        same = {answers[at] for at in (question["row"], *question.get("same", []))}
        own = answers[question["row"]]
        vector = bot.skill.vector(question["question"])
        near = [f.answer for f in bot.skill.knowledge.search(question["question"], vector, "en")]
        counts["strict recall@3"] += own in near
        counts["recall@3"] += bool(same & set(near))
        turn = bot.invoke(question["question"])
        kinds[turn.kind] = kinds.get(turn.kind, 0) + 1
        times.append(turn.seconds * 1000)
        if turn.kind == "answer":
            counts["right"] += turn.text in same
            counts["strictly right"] += turn.text == own
            counts["wrong"] += turn.text not in same
            if turn.text not in same:
                print(f"wrong: {question['question']} -> {turn.citations[0].source}")
    print(f"COVID FAQ, {len(questions)} rephrased questions, {len(rows)} entries")
    for name, count in counts.items():
        print(f"{name:18} {count:3}  {count / len(questions):.3f}")
    print(kinds)
    print(f"median turn {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one benchmark in a temporary home."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("what", choices=["clinc", "covid"])
    parser.add_argument("--method", default="lora")
    parser.add_argument("--epochs", type=float, default=2)
    options = parser.parse_args(arguments)
    with harness.temporary_home("minilm-l6") as temporary:
        home = temporary.root
        if options.what == "clinc" and options.method == "frozen":
            clinc_frozen(options.data, home)
        elif options.what == "clinc":
            clinc(options.data, home, options.method, options.epochs)
        else:
            covid(options.data, home)


if __name__ == "__main__":
    main()
