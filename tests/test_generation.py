"""Models that write: T5, mT5, BART, Marian and a decoder, tuned for a few steps and called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sacrebleu
from rouge_score.rouge_scorer import RougeScorer

from chainzoo.errors import PredictionError, RecipeError
from chainzoo.home import Home
from chainzoo.metrics.generation import bleu, bleu_counts, chrf, chrf_counts, rouge
from chainzoo.metrics.words import sentence_spans, split_words
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo
from tests import tiny

PARCELS = [
    (f"parcel {n} has not arrived, please tell me where parcel {n} is now", f"parcel {n} missing")
    for n in range(24)
]


def write_pairs(path: Path) -> str:
    rows = [f"{text}\t{target}" for text, target in PARCELS]
    path.write_text("document\tsummary\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def tune(home: Home, tmp_path: Path, card: str, **settings: Any) -> Any:
    recipe = Recipe.of(model=card, name="writer", epochs=2, batch_size=8, **settings)
    return fine_tune(
        home, TuningJob(recipe, write_pairs(tmp_path / "parcels.tsv"), tmp_path / "run")
    )


@pytest.mark.parametrize(
    ("family", "method"),
    [("t5", "full"), ("mt5", "lora"), ("bart", "head"), ("marian", "full")],
)
def test_an_encoder_decoder_is_tuned_saved_and_loaded(
    home: Home, tmp_path: Path, family: str, method: str
) -> None:
    card = tiny.seq2seq(home, tmp_path / family, family)
    record = tune(home, tmp_path, card, task="summarization", method=method)
    assert record.metric == "rougeL"
    assert f"{card}, untuned" in record.report["baselines"]
    assert "lead sentence" in record.report["baselines"]
    texts = [text for text, _ in PARCELS[:3]]
    first = Zoo(home).predictor("writer").predict(texts, max_new_tokens=8)
    again = Zoo(home).predictor("writer").predict(texts, max_new_tokens=8)
    assert first == again


def test_the_llm_writes_streams_and_takes_beams(home: Home, tmp_path: Path) -> None:
    card = tiny.seq2seq(home, tmp_path / "t5", "t5")
    tune(home, tmp_path, card, task="summarization", method="full", learning_rate=0.01)
    llm = Zoo(home).llm("writer")
    whole = llm.invoke(PARCELS[0][0], max_new_tokens=8)
    streamed = "".join(llm.stream(PARCELS[0][0], max_new_tokens=8))
    assert whole
    assert streamed.strip() == whole
    beams = llm.bind(num_beams=3, max_new_tokens=4, length_penalty=0.5).invoke(PARCELS[0][0])
    assert isinstance(beams, str)
    with pytest.raises(PredictionError, match="num_beams"):
        Zoo(home).predictor("writer").predict(["a text"], num_beams=0)


def test_a_decoder_translates_by_its_chat_template(home: Home, tmp_path: Path) -> None:
    card = tiny.causal(home, tmp_path / "llama")
    record = tune(home, tmp_path, card, task="translation", method="lora", text_column="document",
                  label_column="summary")  # fmt: skip
    assert record.metric == "chrf"
    assert "translation memory" in record.report["baselines"]
    (said,) = Zoo(home).predictor("writer").predict(["parcel 3"], max_new_tokens=4)
    assert said.as_dict() == {"text": said.text}


def test_an_encoder_is_no_base_for_summaries(stocked: Home, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="kind 'encoder'"):
        tune(stocked, tmp_path, "minilm-l6", task="summarization")


SAID = ["the cat sat on the mat", "hello there", "a dog", ""]
TRUE = [["the cat is on the mat"], ["hello there world"], ["the dog barked", "a dog"], ["x"]]


def test_bleu_and_chrf_are_those_of_sacrebleu() -> None:
    counts = np.array([bleu_counts(s, t, False) for s, t in zip(SAID, TRUE, strict=True)]).sum(0)
    single = [[t[0] for t in TRUE], [t[-1] for t in TRUE]]
    assert bleu(counts) == pytest.approx(sacrebleu.corpus_bleu(SAID, single).score, abs=0.05)
    one = [t[:1] for t in TRUE]
    counts = np.array([chrf_counts(s, t) for s, t in zip(SAID, one, strict=True)]).sum(0)
    wanted = sacrebleu.corpus_chrf(SAID, [[t[0] for t in TRUE]]).score
    assert chrf(counts) == pytest.approx(wanted, abs=0.05)


def test_chinese_is_counted_by_its_characters() -> None:
    said, true = "我的包裹没有到", "我的包裹还没有到"
    wanted = sacrebleu.corpus_bleu([said], [[true]], tokenize="zh").score
    assert bleu(np.array(bleu_counts(said, [true], True))) == pytest.approx(wanted, abs=0.05)
    assert "包裹" in split_words(true)
    assert rouge(said, [true])[2] > 0.7


def test_rouge_is_that_of_rouge_score() -> None:
    scores = RougeScorer(["rouge1", "rouge2", "rougeL"]).score(TRUE[0][0], SAID[0])
    assert rouge(SAID[0], TRUE[0]) == pytest.approx(
        tuple(scores[name].fmeasure for name in ("rouge1", "rouge2", "rougeL"))
    )


def test_sentences_of_two_scripts() -> None:
    text = "One. Two! 三。四"
    assert [text[a:b] for a, b in sentence_spans(text)] == ["One.", "Two!", "三。", "四"]
