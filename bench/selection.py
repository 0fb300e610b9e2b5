"""Do `compare` and `advise` choose well, and for how much less time than trying everything?

Five public data sets and three encoders: the embedded one, and its first two and four layers alone.
"Everything" is a linear probe of each, its head alone, LoRA and full fine-tuning, all to the end.
Prints the best score of everything, the scores of what `compare` and `advise` chose, and the share
of the time that they took. Run: python bench/selection.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import harness

from chainzoo.catalog import Catalog
from chainzoo.data.encoding import detect_encoding
from chainzoo.home import Home
from chainzoo.modeling.loading import load_encoder
from chainzoo.selection import Advice, Comparison, advise, compare_models
from chainzoo.selection.context import open_trial_context
from chainzoo.selection.strategies import run_baselines, run_linear_probe
from chainzoo.selection.tuning_trial import run_fine_tuning

ROWS = 1000
METHODS = ("head", "lora", "full")
LAYERS = (4, 2)
POINT = 0.01
MAX_SHARE_OF_TIME = 0.4
SETS = (
    "classification/uci_sentiment_sentences/yelp_labelled.txt",
    "classification/sms_spam/SMSSpamCollection",
    "financial/financial_phrasebank/financialphrasebank.csv",
    "dialogue/bitext_customer_service/Bitext_Sample_Customer_Service_Training_Dataset.csv",
    "relation/semeval2010_task8/TRAIN_FILE.TXT",
)


def add_shortened_encoder(home: Home, layers: int) -> str:
    """Add the first layers of the embedded encoder to the catalog of a home; return the card's id."""
    base, name = home.weights / "minilm-l6", f"minilm-first-{layers}"
    model = load_encoder(base)
    model.encoder.layer = model.encoder.layer[:layers]
    model.config.num_hidden_layers = layers
    folder = home.root / "shortened" / name
    model.save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if (base / file).exists():
            (folder / file).write_bytes((base / file).read_bytes())
    home.cards.mkdir(parents=True, exist_ok=True)
    card = (
        f'[[card]]\nid = "{name}"\ntitle = "{name}"\nkind = "encoder"\n'
        f'description = "The first {layers} layers."\npooling = "mean"\n'
        'tasks = ["text-classification", "relation-extraction"]\nlanguages = ["en"]\n'
        f'[[card.sources]]\nkind = "folder"\nfolder = "{folder}"\n'
    )
    (home.cards / f"{name}.toml").write_text(card, encoding="utf-8")
    return name


def write_sample(path: Path, folder: Path) -> Path:
    """Write rows from all over a file: blocks that end with an empty line, or lines."""
    text = path.read_text(encoding=detect_encoding(path).name).removeprefix("\ufeff")
    blocks = text.replace("\r\n", "\n").split("\n\n") if "TASK8" in str(path).upper() else None
    sample = folder / path.name
    if blocks:
        kept = blocks[:: max(1, len(blocks) // ROWS)][:ROWS]
        sample.write_text("\n\n".join(kept) + "\n", encoding="utf-8")
        return sample
    lines = text.splitlines()
    header = lines[:1] if lines[0].startswith("flags,") else []
    body = lines[len(header) :]
    kept = body[:: max(1, len(body) // ROWS)][:ROWS]
    sample.write_text("\n".join([*header, *kept]) + "\n", encoding="utf-8")
    return sample


def run_everything(
    home: Home, file: Path, models: list[str], methods: Sequence[str]
) -> tuple[dict[str, float], float]:
    """Run every strategy to its end; return the scores by name, and the seconds of all."""
    started_at = time.perf_counter()
    context = open_trial_context(home, file)
    trials = run_baselines(context)
    trials += [run_linear_probe(context, model) for model in models]
    trials += [run_fine_tuning(context, model, method) for model in models for method in methods]
    scores = {trial.name: context.score(trial.predictions) for trial in trials}
    return scores, time.perf_counter() - started_at


def assess(result: Comparison | Advice, best: float, seconds: float) -> dict[str, Any]:
    """Return what was chosen, whether its score is within a point of the best, and its time."""
    return {
        "chosen": result.chosen,
        "score": round(result.choice.score, 4),
        "within a point": best - result.choice.score <= POINT + 1e-9,
        "share of the time": round(result.seconds / seconds, 3),
    }


def measure(home: Home, file: Path, models: list[str], methods: Sequence[str]) -> dict[str, Any]:
    """Compare, advise and run everything on a file; return the choices next to the best."""
    comparison = compare_models(home, file, models=models, max_seconds=3600)
    advice = advise(home, file)
    scores, seconds = run_everything(home, file, models, methods)
    best = max(scores, key=scores.__getitem__)
    return {
        "set": file.name,
        "rows": ROWS,
        "best": best,
        "compare": assess(comparison, scores[best], seconds),
        "advise": assess(advice, scores[best], seconds),
        "seconds of everything": round(seconds, 1),
        "scores": {name: round(score, 4) for name, score in scores.items()},
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Print a line of JSON for each set, and how often each choice was good and cheap."""
    parser = harness.BenchmarkParser(__doc__)
    parser.add_argument("--sets", nargs="*", default=SETS, help="only these data sets")
    parser.add_argument("--models", type=int, default=3, help="the first so many encoders")
    arguments = parser.parse_args(argv)
    methods = METHODS
    if arguments.quick:
        arguments.sets, arguments.models, methods = SETS[:1], 1, ("head",)
    good = {"compare": 0, "advise": 0}
    with harness.temporary_home("minilm-l6") as home:
        models = ["minilm-l6", *(add_shortened_encoder(home, layers) for layers in LAYERS)]
        models = models[: arguments.models]
        known = {card.id for card in Catalog.load(home)}
        if not known.issuperset(models):
            raise SystemExit(f"The catalog lacks {', '.join(set(models) - known)}.")
        for name in arguments.sets:
            line = measure(home, write_sample(arguments.data / name, home.root), models, methods)
            for command in good:
                cheap = line[command]["share of the time"] <= MAX_SHARE_OF_TIME
                good[command] += line[command]["within a point"] and cheap
            print(json.dumps(line, ensure_ascii=False), flush=True)
    for command, count in good.items():
        total = len(arguments.sets)
        print(f"{command}: {count} of {total} within a point for at most 40 % of the time")


if __name__ == "__main__":
    main()
