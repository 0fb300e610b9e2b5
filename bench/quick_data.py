"""Miniatures of the data sets, in the same files and formats, for ``--quick``."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

# Every label has one verb and every text ends with another noun, so that all texts differ and all
# labels can be learnt.
NOUNS = str.split("card order parcel phone letter coat book lamp ticket bill camera chair")
VERBS = {
    "cancel_order": "cancel",
    "track_order": "find",
    "get_refund": "return",
    "complain": "hate",
}
PEOPLE = ("Ann Lee", "Bo Cruz", "Cem Kaya", "Di Rossi")
CITIES = ("Oslo", "Paris", "Berlin", "Shenzhen")
WEATHER = "Rain is likely ."

_open: list[tempfile.TemporaryDirectory[str]] = []  # Deleted when the process ends.


@cache
def folder() -> Path:
    """Write the miniatures to a temporary folder, once in a process, and return the folder."""
    _open.append(tempfile.TemporaryDirectory(prefix="chainzoo-quick-"))
    root = Path(_open[-1].name)
    for write in (
        _conll2003, _banking77, _bitext, _clinc150, _covid_faq, _phrasebank, _stocknet,
        _movielens, _semeval, _xquad, _yelp, _sms_spam,
    ):  # fmt: skip
        write(root)
    return root


def _requests() -> list[tuple[str, str]]:
    """Texts with their labels, the labels in turn."""
    return [(f"I want to {verb} the {noun}", label)
            for noun in NOUNS for label, verb in VERBS.items()]  # fmt: skip


def _opinions() -> list[tuple[str, int]]:
    words = ((1, "lovely"), (0, "awful"))
    return [(f"The {noun} was {word}.", label) for noun in NOUNS for label, word in words]


def _write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)


def _write_csv(path: Path, rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


def _conll2003(root: Path) -> None:
    sentences = []
    for person in PEOPLE:
        for city in CITIES:
            first, last = person.split()
            names = [(first, "I-PER"), (last, "I-PER"), ("went", "O"), ("to", "O"), (city, "I-LOC")]
            sentences.append("\n".join(f"{token} NNP I-NP {tag}" for token, tag in names))
            sentences.append("\n".join(f"{token} NN I-NP O" for token in WEATHER.split()))
    for name, part in (("eng.train", sentences), ("eng.testa", sentences[::3])):
        body = "\n\n".join(["-DOCSTART- -X- O O", *part])
        _write_text(root / "ner/conll2003" / name, body + "\n\n")


def _banking77(root: Path) -> None:
    rows = [("text", "category"), *_requests()]
    _write_csv(root / "classification/banking77/train.csv", rows)


def _bitext(root: Path) -> None:
    name = "Bitext_Sample_Customer_Service_Training_Dataset.csv"
    rows = [("B", text, "ORDER", label) for text, label in _requests()]
    header = ("flags", "utterance", "category", "intent")
    _write_csv(root / "dialogue/bitext_customer_service" / name, [header, *rows], "utf-8-sig")


def _clinc150(root: Path) -> None:
    requests = [list(row) for row in _requests()]
    outside = [[f"What colour is the {noun} of the moon?", "oos"] for noun in NOUNS]
    parts = {"train": requests[::2] + requests[1::4], "val": requests[1::2], "oos_val": outside}
    path = root / "classification/clinc150/data_full_train_val.json"
    _write_text(path, json.dumps({**parts, "oos_train": outside[:2]}))


def _covid_faq(root: Path) -> None:
    header = ("question", "answer", "answer_html", "link", "name", "source", "category")
    rows = [
        (f"How do I {verb} a {noun}?", f"To {verb} a {noun}, call the desk for {noun}s.",
         "", "", "FAQ", "quick", "general")
        for noun in NOUNS for verb in VERBS.values()
    ]  # fmt: skip
    _write_csv(root / "dialogue/faq_en_covid/faq_covidbert.csv", [header, *rows])


def _phrasebank(root: Path) -> None:
    names = {1: "positive", 0: "negative"}
    rows = [(names[label], text) for text, label in _opinions()]
    path = root / "financial/financial_phrasebank/financialphrasebank.csv"
    _write_csv(path, rows, "latin-1")


def _stocknet(root: Path) -> None:
    start = datetime(2014, 1, 2, tzinfo=UTC)
    for number, ticker in enumerate(("BA", "KO")):
        lines = []
        for day in range(60):
            text, _ = _opinions()[(day + number) % len(_opinions())]
            time = start + timedelta(days=day, minutes=number)
            post = {
                "text": ["$", ticker.lower(), *text.split(), str(day)],
                "created_at": time.strftime("%a %b %d %H:%M:%S +0000 %Y"),
                "user_id_str": str(day),
            }
            lines.append(json.dumps(post))
        _write_text(root / f"financial/stocknet/tweet/{ticker}.jsonl", "\n".join(lines) + "\n")


def _movielens(root: Path) -> None:
    """Users of two tastes: one half rates the even films highly, the other half the odd ones."""
    films = range(1, 41)
    genres = ("Comedy", "Drama|War")
    rows = [(film, f"Film {film} (19{50 + film})", genres[film % 2]) for film in films]
    ratings = [
        (user, film, 5.0 if film % 2 == user % 2 else 2.0, 1_000_000_000 + 86_400 * step + user)
        for user in range(1, 31)
        for step, film in enumerate(f for f in films if (f * user) % 3)
    ]
    path = root / "recommendation/ml-latest-small"
    _write_csv(path / "movies.csv", [("movieId", "title", "genres"), *rows])
    _write_csv(path / "ratings.csv", [("userId", "movieId", "rating", "timestamp"), *ratings])


def _semeval(root: Path) -> None:
    forms = {
        "Component-Whole(e1,e2)": "The <e1>lid</e1> of the <e2>{}</e2> is broken.",
        "Cause-Effect(e1,e2)": "The <e1>rain</e1> has ruined the <e2>{}</e2>.",
        "Other": "The <e1>man</e1> saw the <e2>{}</e2>.",
    }
    blocks = [f'"{form.format(noun)}"\n{label}\nComment:'
              for noun in NOUNS for label, form in forms.items()]  # fmt: skip
    numbered = [f"{number}\t{block}" for number, block in enumerate(blocks, 1)]
    path = root / "relation/semeval2010_task8/TRAIN_FILE.TXT"
    _write_text(path, "\n\n".join(numbered) + "\n\n")


def _xquad(root: Path) -> None:
    articles = []
    for person in PEOPLE:
        paragraphs = []
        for city in CITIES:
            context = f"On Monday {person} went to {city}. It was a long way."
            questions = [("Who went?", person), ("Where to?", city), ("When?", "Monday")]
            qas = [
                {
                    "id": f"{person} {city} {question}",
                    "question": question,
                    "answers": [{"text": answer, "answer_start": context.index(answer)}],
                }
                for question, answer in questions
            ]
            paragraphs.append({"context": context, "qas": qas})
        articles.append({"title": person, "paragraphs": paragraphs})
    _write_text(root / "qa/xquad/xquad.en.json", json.dumps({"version": "1.1", "data": articles}))


def _yelp(root: Path) -> None:
    lines = [f"{text}\t{label}" for text, label in _opinions()]
    path = root / "classification/uci_sentiment_sentences/yelp_labelled.txt"
    _write_text(path, "\n".join(lines) + "\n")


def _sms_spam(root: Path) -> None:
    names = ("spam", "ham")
    lines = [f"{names[label]}\t{text}" for text, label in _opinions()]
    _write_text(root / "classification/sms_spam/SMSSpamCollection", "\n".join(lines) + "\n")
