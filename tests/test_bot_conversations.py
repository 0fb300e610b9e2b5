"""Conversations with the bot of the sample shop."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from chains.customer_service import Bot, BotConfig, BotTrainingData, build_bot, train_bot
from chains.customer_service.audit_log import AuditLog
from chains.customer_service.config import load_config
from chains.customer_service.feedback import retrain
from chains.customer_service.grounded_generation import find_unsupported_sentence
from chainzoo import DataError, PredictionError, UnknownModelError
from chainzoo.home import Home
from tests.bot_helpers import CLOSED, SHOP, Shop, build_shop, open_shop
from tests.random_models import publish
from tests.tracing import RecordingTracer

STUDENTS = "is there a reduction for students?"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, minilm: Path) -> Shop:
    return build_shop(tmp_path_factory, minilm)


@pytest.fixture
def bot(shop: Shop) -> Bot:
    return open_shop(shop)


def test_the_example_prints_a_template_and_a_handover(shop: Shop) -> None:
    assert "order AB123456" in shop.output
    assert "Handed over because: a person was asked for." in shop.output


def test_an_answer_cites_its_source(bot: Bot) -> None:
    turn = bot.invoke(STUDENTS)
    assert turn.kind == "answer"
    assert turn.text.startswith("Students get 10 percent off")
    assert [c.source for c in turn.citations] == ["faq.csv, entry 13"]
    turn = bot.invoke("how long are batteries covered by the warranty?")
    assert "Batteries have a warranty of six months." in turn.text
    assert turn.citations[0].source == "warranty.md, line 1, “Warranty”"


def test_a_template_asks_for_its_slot_and_remembers_it(bot: Bot) -> None:
    first = bot.invoke({"text": "my parcel has not arrived yet", "thread": "slots"})
    assert (first.kind, first.intent) == ("question", "delivery")
    assert 0.5 <= (first.confidence or 0) <= 1
    second = bot.invoke({"text": "sure, AB123456", "thread": "slots"})
    assert second.kind == "template"
    assert "AB123456" in second.text
    message = "cancel the second desk lamp, I clicked twice"
    third = bot.invoke({"text": message, "thread": "slots"})
    assert third.kind == "template"
    assert "AB123456" in third.text


def test_slots_are_not_shared_between_conversations(bot: Bot) -> None:
    bot.invoke({"text": "my parcel AB123456 has not arrived yet", "thread": "first"})
    assert bot.invoke("my parcel has not arrived yet").kind == "question"


@pytest.mark.parametrize(
    "text", ["what is the capital of Mongolia?", "write me a poem about the sea", "xyzzy plugh"]
)
def test_a_message_without_intent_or_passage_is_out_of_scope(bot: Bot, text: str) -> None:
    turn = bot.invoke(text)
    assert turn.kind == "out of scope"
    assert turn.citations == ()


def test_three_misses_in_a_row_hand_over(bot: Bot) -> None:
    messages = [f"tell me about quantum physics, part {n}" for n in range(3)]
    kinds = [bot.invoke({"text": text, "thread": "lost"}).kind for text in messages]
    assert kinds == ["out of scope", "out of scope", "handover"]


def test_a_choice_of_questions_is_answered_by_number_once(bot: Bot) -> None:
    message = "will the shop open on public holidays"
    turn = bot.invoke({"text": message, "thread": "choice"})
    assert turn.kind == "question"
    assert "1. " in turn.text
    answer = bot.invoke({"text": "1", "thread": "choice"})
    assert answer.kind == "answer"
    assert answer.citations
    assert bot.invoke({"text": "1", "thread": "choice"}).kind != "answer"


def test_a_handover_depends_on_opening_hours_and_masks_its_summary(bot: Bot, shop: Shop) -> None:
    bot.invoke({"text": "my mail is jane@roe.org and my app crashes", "thread": "person"})
    turn = bot.invoke({"text": "let me talk to a human", "thread": "person"})
    assert turn.kind == "handover"
    assert "colleague" in turn.text
    assert "my mail is [EMAIL]" in (turn.summary or "")
    closed = build_bot(load_config("shop", shop.home), now=lambda: CLOSED)
    assert "mon 09:00-17:00" in closed.invoke("let me talk to a human").text


def test_forbidden_topics_small_talk_and_empty_messages(bot: Bot) -> None:
    assert bot.invoke("I will sue you!").kind == "forbidden"
    assert bot.invoke("who is the issuer of the card?").kind != "forbidden"
    assert bot.invoke("Thanks a lot!").kind == "small talk"
    assert bot.invoke("").kind == "question"


def test_answers_are_in_the_language_of_the_message(bot: Bot) -> None:
    chinese = bot.invoke("运费是多少？")
    assert (chinese.kind, chinese.language) == ("answer", "zh")
    assert "4.90" in chinese.text
    assert bot.invoke("Hallo").text.startswith("Guten Tag")
    german = bot.invoke("Wie viel kostet der Versand?")
    assert (german.kind, german.language) == ("answer", "de")


def test_the_log_is_masked_and_a_conversation_can_be_erased(bot: Bot) -> None:
    bot.invoke({"text": "write to jane@roe.org about parcels", "thread": "log"})
    (row,) = bot.log.turns("log")
    assert row["message"] == "write to [EMAIL] about parcels"
    assert b"jane@roe.org" not in bot.log.path.read_bytes()
    assert b"write to [EMAIL] about parcels" in bot.log.path.read_bytes()
    assert bot.log.forget("log") == 1
    assert bot.log.turns("log") == []
    assert b"write to [EMAIL] about parcels" not in bot.log.path.read_bytes()


def test_a_log_of_another_version_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "log.db") as db:
        db.execute("CREATE TABLE turns (number INTEGER)")
    with pytest.raises(DataError, match="its version is 0, expected 1"):
        AuditLog(tmp_path / "log.db")


def test_a_generated_answer_is_used_only_if_passages_support_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = build_bot(load_config("shop", shop.home).model_copy(update={"llm": "fake"}))
    responses = ["Students get 10 percent off.", "Students get 25 percent off."]
    monkeypatch.setattr(bot.answerer, "_llm", FakeListChatModel(responses=responses))
    supported = bot.invoke(STUDENTS)
    assert supported.text == responses[0]
    assert "checked" in supported.reason
    unsupported = bot.invoke(STUDENTS)
    assert unsupported.text.startswith("Students get 10 percent off with a valid student card")
    assert "not supported" in unsupported.reason
    passages = ["Parcels arrive within two days."]
    embeddings = bot.model.embeddings
    assert find_unsupported_sentence("NO ANSWER", passages, embeddings) == "NO ANSWER"
    assert find_unsupported_sentence("Bananas are yellow fruit.", passages, embeddings)


def test_a_reranker_reorders_only_passages_above_the_threshold(shop: Shop) -> None:
    publish(Home(shop.home), "anyhow", "text-ranking")
    config = load_config("shop", shop.home).model_copy(update={"reranker": "anyhow"})
    turn = build_bot(config).invoke(STUDENTS)
    assert turn.kind == "answer"
    assert "10 percent" in turn.text


@pytest.mark.parametrize("settings", [{"reranker": "nosuch"}, {"llm": "nosuch"}])
def test_models_are_checked_before_anything_is_tuned(shop: Shop, settings: dict[str, str]) -> None:
    config = BotConfig(name="late", home=shop.home, **settings)
    with pytest.raises(UnknownModelError, match="nosuch"):
        train_bot(config, BotTrainingData(faq=SHOP / "faq.csv"))
    assert not config.folder.exists()


def test_a_reranker_of_another_task_is_refused(shop: Shop) -> None:
    config = BotConfig(name="late", home=shop.home, reranker="shop-intents")
    with pytest.raises(PredictionError, match="the reranker needs a model of text-ranking"):
        train_bot(config, BotTrainingData(faq=SHOP / "faq.csv"))


def test_feedback_is_trained_on_once(shop: Shop) -> None:
    config, report = retrain(load_config("shop", shop.home))
    assert not report.accepted
    bot = build_bot(config)
    question = "do you wrap presents for birthdays?"
    before = bot.invoke(question)
    assert before.kind != "answer"
    bot.rate(before.number, good=False, answer="We wrap presents free of charge.")
    missed = bot.invoke("the blue lorry never showed up at my door")
    bot.rate(missed.number, good=False, intent="delivery")
    config, report = retrain(config)
    assert report.accepted, report.reason
    assert (report.utterances, report.entries) == (1, 1)
    assert load_config("shop", shop.home).version == config.version
    assert build_bot(config).invoke(question).text == "We wrap presents free of charge."
    assert retrain(config)[1].accepted is False


def test_batch_returns_the_exception_of_a_message_that_fails(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(text: str) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr("chains.customer_service.bot.requests_human", fail)
    results = bot.batch(["", "hello"], return_exceptions=True)
    assert results[0].kind == "question"
    assert isinstance(results[1], RuntimeError)


def test_a_trace_shows_each_step_and_the_output_is_typed(bot: Bot) -> None:
    tracer = RecordingTracer()
    bot.invoke(STUDENTS, {"callbacks": [tracer]})
    steps = ["embed_message", "classify_intent", "search_knowledge", "answer"]
    assert tracer.step_names() == steps
    assert "citations" in bot.get_output_jsonschema()["$defs"]["BotTurn"]["properties"]
