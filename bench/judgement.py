"""Do `compare` and the ladder choose well, and for how much less than trying everything?

Five public data sets; three encoders (the embedded one, and its first two and four layers alone),
each frozen, its head alone, by LoRA and in full, all tuned to the end: that is "everything". Printed are the best
score of it, the scores of what `compare` and the ladder chose, and the share of the seconds that
they took. Run: python bench/judgement.py
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import material

from chainzoo.catalog import Catalog
from chainzoo.data import ReadOptions
from chainzoo.data.encoding import detect_encoding
from chainzoo.home import Home
from chainzoo.selection import advise, compare_models
from chainzoo.selection.compare import open_trial_context
from chainzoo.selection.trials import frozen_trial, score_of, simple_trials, tuned_trial

ROWS = 1000
WAYS = ("head", "lora", "full")
SETS = (
    "classification/uci_sentiment_sentences/yelp_labelled.txt",
    "classification/sms_spam/SMSSpamCollection",
    "financial/financial_phrasebank/financialphrasebank.csv",
    "dialogue/bitext_customer_service/Bitext_Sample_Customer_Service_Training_Dataset.csv",
    "relation/semeval2010_task8/TRAIN_FILE.TXT",
)


def shortened(home: Home, layers: int) -> str:
    """The embedded encoder with its first layers only, as a card of its own."""
    from transformers import AutoModel

    base, name = home.weights / "minilm-l6", f"minilm-first-{layers}"
    model = AutoModel.from_pretrained(base, add_pooling_layer=False)
    model.encoder.layer = model.encoder.layer[:layers]
    model.config.num_hidden_layers = layers
    folder = home.root / "made" / name
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


def sampled(path: Path, folder: Path) -> Path:
    """So many rows from all over the file, whatever its form: blocks that a blank line ends, or lines."""
    raw = path.read_text(encoding=detect_encoding(path).name).removeprefix("\ufeff")
    blocks = raw.replace("\r\n", "\n").split("\n\n") if "TASK8" in str(path).upper() else None
    out = folder / path.name
    if blocks:
        kept = blocks[:: max(1, len(blocks) // ROWS)][:ROWS]
        out.write_text("\n\n".join(kept) + "\n", encoding="utf-8")
        return out
    lines = raw.splitlines()
    head = lines[:1] if lines[0].startswith("flags,") else []
    body = lines[len(head) :]
    out.write_text("\n".join([*head, *body[:: max(1, len(body) // ROWS)][:ROWS]]) + "\n", "utf-8")
    return out


def everything(home: Home, file: Path, models: list[str]) -> tuple[dict[str, float], float]:
    """Every way, tuned to its end: scores, and the seconds of all."""
    begun = time.perf_counter()
    _, context = open_trial_context(home, file, ReadOptions())
    trials = simple_trials(context)
    trials += [frozen_trial(context, model) for model in models]
    trials += [tuned_trial(context, model, method) for model in models for method in WAYS]
    return {t.name: score_of(context, t) for t in trials}, time.perf_counter() - begun


def main() -> None:
    """Print a line of JSON for each set, and how often the choice was good and cheap."""
    parser = material.arguments(__doc__)
    parser.add_argument("--sets", nargs="*", default=SETS, help="some of the sets only")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Home(Path(scratch) / "home")
        home.weights.mkdir(parents=True)
        (home.weights / "minilm-l6").symlink_to(material.base().folder, target_is_directory=True)
        models = ["minilm-l6", shortened(home, 4), shortened(home, 2)]
        assert all(name in {card.id for card in Catalog.load(home)} for name in models)
        good = climbed = 0
        for place in told.sets:
            file = sampled(told.data / place, Path(scratch))
            found = compare_models(home, file, models=models, seconds=3600)
            steps = advise(home, file)
            scores, seconds = everything(home, file, models)
            best = max(scores, key=scores.__getitem__)
            near = scores[best] - found.choice.score <= 0.01 + 1e-9
            good += near and found.seconds <= 0.4 * seconds
            high = scores[best] - steps.choice.score <= 0.01 + 1e-9
            climbed += high and steps.seconds <= 0.4 * seconds
            result = {
                "set": file.name,
                "rows": ROWS,
                "best of all": best,
                "its score": round(scores[best], 4),
                "compare chose": found.chosen,
                "compare's score": round(found.choice.score, 4),
                "compare within a point": bool(near),
                "compare's share of the seconds": round(found.seconds / seconds, 3),
                "ladder chose": steps.chosen,
                "ladder's score": round(steps.choice.score, 4),
                "ladder within a point": bool(high),
                "ladder's share of the seconds": round(steps.seconds / seconds, 3),
                "seconds of everything": round(seconds, 1),
                "scores": {name: round(score, 4) for name, score in scores.items()},
            }
            print(json.dumps(result, ensure_ascii=False), flush=True)
        for strategy, many in (("compare", good), ("advise", climbed)):
            of = len(told.sets)
            print(f"{strategy}: {many} of {of} within a point for at most 40 % of the seconds")


if __name__ == "__main__":
    main()
