"""Dialogue: what is learnt of a conversation, packing, and a tuned model that chats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from chainzoo.data.examples import Conversation, Turn
from chainzoo.data.read import read_table
from chainzoo.home import Home
from chainzoo.modeling.chat_template import ensure_chat_template, loss_mask, prompt_ids
from chainzoo.modeling.packing import pack_features
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tasks import ModelSettings, get_task
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo
from tests import tiny

TALK = (
    Turn("system", "be kind"),
    Turn("user", "hello"),
    Turn("assistant", "good day"),
    Turn("user", "where is my parcel"),
    Turn("assistant", "on its way"),
)
DIALOGUE = get_task("dialogue")


@pytest.mark.parametrize("template", [tiny.CHAT, None])
def test_only_what_the_assistant_says_is_learnt(
    home: Home, tmp_path: Path, template: str | None
) -> None:
    tiny.causal(home, tmp_path / "llama", template=template)
    tokenizer = ensure_chat_template(AutoTokenizer.from_pretrained(tmp_path / "llama"))
    ((ids, target),) = loss_mask(TALK, tokenizer, 200)
    learnt = tokenizer.decode([token for token in target if token != -100])
    assert learnt.replace(" ", "").replace("\n", "") == "goodday</s>onitsway</s>"
    assert "parcel" in tokenizer.decode(ids)


def test_a_long_conversation_is_learnt_in_pieces(home: Home, tmp_path: Path) -> None:
    tiny.causal(home, tmp_path / "llama")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "llama")
    talk = (*TALK[:1], *(TALK[1:] * 6))
    pieces = loss_mask(talk, tokenizer, 48)
    assert all(len(ids) <= 48 for ids, _ in pieces)
    learnt = "".join(tokenizer.decode([t for t in target if t != -100]) for _, target in pieces)
    assert learnt.count("good day") == 6
    assert len(prompt_ids(talk[:-1], tokenizer, 40)) <= 40


def test_packed_conversations_do_not_see_each_other(home: Home, tmp_path: Path) -> None:
    card = tiny.causal(home, tmp_path / "llama")
    assert card
    tokenizer = DIALOGUE.load_processor(tmp_path / "llama")
    examples = [Conversation(TALK), Conversation(TALK[:3]), Conversation(TALK[1:3])]
    labels = DIALOGUE.label_space(examples)
    features = DIALOGUE.encode(examples, tokenizer, labels, 200, 0)
    packed = pack_features(features, 200)
    assert len(packed) == 1
    model = DIALOGUE.build_model(tmp_path / "llama", ModelSettings(labels)).eval()
    with torch.no_grad():
        apart = model(**DIALOGUE.collate(features, 0, labels))
        together = model(**DIALOGUE.collate(packed, 0, labels))
    assert together["tokens"].sum() == apart["tokens"].sum()
    assert together["nll"].sum().item() == pytest.approx(apart["nll"].sum().item(), rel=1e-4)


FORMS = {
    "openai.jsonl": {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes"}]},
    "sharegpt.jsonl": {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "yes"}]},
    "schema.jsonl": {"turns": [{"speaker": "USER", "utterance": "hi"}, {"speaker": "SYSTEM", "utterance": "yes"}]},
    "alpaca.jsonl": {"instruction": "hi", "input": "", "output": "yes"},
    "faq.jsonl": {"question": "hi", "answer": "yes"},
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_the_forms_that_people_have(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(f"{json.dumps(FORMS[name])}\n" * 12, encoding="utf-8")
    from chainzoo.data import ReadOptions

    (first, *_) = read_table(path, ReadOptions(task="dialogue")).examples
    assert first.turns == (Turn("user", "hi"), Turn("assistant", "yes"))


def test_lines_with_end_of_utterance_marks_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes("你好 __eou__ 您好，请问有什么可以帮您？ __eou__\n".encode("gb18030") * 20)
    table = read_table(path)
    assert table.task == "dialogue"
    assert table.examples[0].turns[1] == Turn("assistant", "您好，请问有什么可以帮您？")


@pytest.mark.parametrize(("method", "packing"), [("lora", True), ("full", False), ("head", False)])
def test_a_tuned_model_chats(home: Home, tmp_path: Path, method: str, packing: bool) -> None:
    card = tiny.causal(home, tmp_path / "llama")
    rows = [{"question": f"where is parcel {n}", "answer": "on its way"} for n in range(40)]
    path = tmp_path / "faq.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    recipe = Recipe.of(
        model=card,
        name="desk",
        epochs=60 if packing else 6,  # Packed, an epoch is a step or two.
        learning_rate=0.02,
        method=method,
        packing=packing,
    )
    record = fine_tune(home, TuningJob(recipe, str(path), tmp_path / "run"))
    before = record.report["baselines"]["tiny-llama, untuned"]["perplexity"]
    # Random embeddings, which LoRA leaves as they are, carry little.
    assert record.report["scores"]["perplexity"] < before / (1.5 if method == "lora" else 2)
    zoo = Zoo(home)
    (said,) = zoo.predictor("desk").predict(["where is parcel 7"], max_new_tokens=8)
    chat = zoo.chat("desk", max_tokens=8)
    assert chat.invoke("where is parcel 7").text.strip() == said.text
    pieces = [chunk.text for chunk in chat.stream("where is parcel 7")]
    assert "".join(pieces).strip() == said.text


def test_a_turn_that_is_not_trained_is_masked(home: Home, tmp_path: Path) -> None:
    tiny.causal(home, tmp_path / "llama")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "llama")
    talk = (*TALK[:2], Turn("assistant", "good day", trained=False), *TALK[3:])
    for limit in (200, 24):
        pieces = loss_mask(talk, tokenizer, limit)
        learned = "".join(tokenizer.decode([t for t in mask if t != -100]) for _, mask in pieces)
        assert learned.replace(" ", "").replace("\n", "").startswith("onitsway")
