"""The customer-service bot: built once from the sample shop by the example, then talked to."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from chains.customer_service import Bot, BotConfig, Material, build_bot, make_bot
from chains.customer_service.commands import bot as verbs
from chains.customer_service.config import open_config
from chains.customer_service.history import Utterance, read_history, tidy
from chains.customer_service.intents import calibrate, with_temperature
from chains.customer_service.learn import learn
from chains.customer_service.log import Log
from chains.customer_service.phrases import phrases, say, small_talk
from chains.customer_service.wording import unsupported
from chainzoo.errors import DataError, PredictionError, UnknownModelError
from chainzoo.home import Home
from tests.random_models import publish

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "examples/data/shop"
OPEN = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # A Wednesday.
CLOSED = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)  # A Sunday.


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, minilm: Path) -> tuple[Path, str]:
    """A home with the bot that the example builds, and what the example printed."""
    home = tmp_path_factory.mktemp("shop") / "home"
    (home / "weights").mkdir(parents=True)
    (home / "weights" / "minilm-l6").symlink_to(minilm, target_is_directory=True)
    path = ROOT / "examples/customer_service_bot.py"
    spec = importlib.util.spec_from_file_location("customer_service_bot", path)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    printed = io.StringIO()
    with redirect_stdout(printed):
        example.main(home)
    return home, printed.getvalue()


@pytest.fixture
def tool_context(made: tuple[Path, str]) -> Bot:
    """The bot, on a Wednesday morning."""
    return build_bot(open_config("shop", made[0]), now=lambda: OPEN)


def test_the_example_runs(made: tuple[Path, str]) -> None:
    assert "order AB123456" in made[1]
    assert "Handed over because: a person was asked for." in made[1]


def test_an_answer_comes_with_its_source(tool_context: Bot) -> None:
    turn = tool_context.invoke("is there a reduction for students?")
    assert turn.kind == "answer"
    assert turn.text.startswith("Students get 10 percent off")
    assert [c.source for c in turn.citations] == ["faq.csv, entry 13"]
    turn = tool_context.invoke("how long are batteries covered by the warranty?")
    assert "Batteries have a warranty of six months." in turn.text
    assert turn.citations[0].source == "warranty.md, line 1, “Warranty”"


def test_a_template_asks_for_its_slot_and_remembers_it(tool_context: Bot) -> None:
    first = tool_context.invoke({"text": "my parcel has not arrived yet", "thread": "slots"})
    assert (first.kind, first.intent) == ("question", "delivery")
    assert 0.5 <= (first.confidence or 0) <= 1
    second = tool_context.invoke({"text": "sure, AB123456", "thread": "slots"})
    assert second.kind == "template"
    assert "AB123456" in second.text
    again = tool_context.invoke(
        {"text": "cancel the second desk lamp, I clicked twice", "thread": "slots"}
    )
    assert again.kind == "template"
    assert "AB123456" in again.text
    assert (
        tool_context.invoke("my parcel has not arrived yet").kind == "question"
    )  # Another conversation.


@pytest.mark.parametrize(
    "text", ["what is the capital of Mongolia?", "write me a poem about the sea", "xyzzy plugh"]
)
def test_what_it_does_not_know_it_does_not_answer(tool_context: Bot, text: str) -> None:
    turn = tool_context.invoke(text)
    assert turn.kind == "out of scope"
    assert turn.citations == ()


def test_not_understood_again_and_again_brings_a_person(tool_context: Bot) -> None:
    kinds = [
        tool_context.invoke(
            {"text": f"tell me about quantum physics, part {n}", "thread": "lost"}
        ).kind
        for n in range(3)
    ]
    assert kinds == ["out of scope", "out of scope", "handover"]


def test_a_near_miss_is_asked_about_and_chosen_by_number(tool_context: Bot) -> None:
    turn = tool_context.invoke(
        {"text": "will the shop open on public holidays", "thread": "choice"}
    )
    assert turn.kind == "question"
    assert "1. " in turn.text
    chosen = tool_context.invoke({"text": "1", "thread": "choice"})
    assert chosen.kind == "answer"
    assert chosen.citations
    assert (
        tool_context.invoke({"text": "1", "thread": "choice"}).kind != "answer"
    )  # Nothing to choose.


def test_a_person_takes_over_in_working_hours_only(
    tool_context: Bot, made: tuple[Path, str]
) -> None:
    tool_context.invoke({"text": "my mail is jane@roe.org and my app crashes", "thread": "person"})
    turn = tool_context.invoke({"text": "let me talk to a human", "thread": "person"})
    assert turn.kind == "handover"
    assert "colleague" in turn.text
    assert "my mail is [EMAIL]" in (turn.summary or "")
    closed = build_bot(open_config("shop", made[0]), now=lambda: CLOSED)
    assert "mon 09:00-17:00" in closed.invoke("let me talk to a human").text


def test_forbidden_topics_and_small_talk(tool_context: Bot) -> None:
    assert tool_context.invoke("I will sue you!").kind == "forbidden"
    assert tool_context.invoke("who is the issuer of the card?").kind != "forbidden"
    assert tool_context.invoke("Thanks a lot!").kind == "small talk"
    assert small_talk("hi, my parcel is gone") is None
    assert tool_context.invoke("").kind == "question"


def test_languages(tool_context: Bot) -> None:
    chinese = tool_context.invoke("运费是多少？")
    assert (chinese.kind, chinese.language) == ("answer", "zh")
    assert "4.90" in chinese.text
    assert tool_context.invoke("Hallo").text.startswith("Guten Tag")
    german = tool_context.invoke("Wie viel kostet der Versand?")
    assert (german.kind, german.language) == ("answer", "de")


def test_every_language_has_every_phrase() -> None:
    display_name = {name: set(words) for name, words in phrases().items() if len(name) == 2}
    assert len(display_name) >= 5
    assert all(words == display_name["en"] for words in display_name.values())
    assert "{about}" in say("handover_closed", "en", hours="{about}")  # A value is no template.


def test_the_log_is_masked_and_can_be_forgotten(tool_context: Bot) -> None:
    tool_context.invoke({"text": "write to jane@roe.org about parcels", "thread": "log"})
    (row,) = tool_context.log.turns("log")
    assert row["asked"] == "write to [EMAIL] about parcels"
    assert "jane@roe.org" not in (tool_context.log.path).read_bytes().decode("latin-1")
    assert b"write to [EMAIL] about parcels" in tool_context.log.path.read_bytes()
    assert tool_context.log.forget("log") == 1
    assert tool_context.log.turns("log") == []
    assert b"write to [EMAIL] about parcels" not in tool_context.log.path.read_bytes()


def test_wording_is_checked_against_the_passages(
    made: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = build_bot(open_config("shop", made[0]).model_copy(update={"llm": "fake"}))
    said = ["Students get 10 percent off.", "Students get 25 percent off."]
    model = FakeListChatModel(responses=said)
    monkeypatch.setattr(bot.answering, "_llm", model)
    good = bot.invoke("is there a reduction for students?")
    assert good.text == said[0]
    assert "checked" in good.because
    bad = bot.invoke("is there a reduction for students?")
    assert bad.text.startswith("Students get 10 percent off with a valid student card")
    assert "not supported" in bad.because
    passages = ["Parcels arrive within two days."]
    assert unsupported("NO ANSWER", passages, bot.skill.embeddings) == "NO ANSWER"
    assert unsupported("Bananas are yellow fruit.", passages, bot.skill.embeddings)


def test_a_reranker_orders_what_is_near_enough(made: tuple[Path, str]) -> None:
    publish(Home(made[0]), "anyhow", "text-ranking")
    config = open_config("shop", made[0]).model_copy(update={"reranker": "anyhow"})
    turn = build_bot(config).invoke("is there a reduction for students?")
    assert turn.kind == "answer"
    assert "10 percent" in turn.text


@pytest.mark.parametrize("told", [{"reranker": "nosuch"}, {"llm": "nosuch"}])
def test_models_are_looked_for_before_anything_is_tuned(
    made: tuple[Path, str], told: dict[str, str]
) -> None:
    config = BotConfig(name="late", home=made[0], **told)
    with pytest.raises(UnknownModelError, match="nosuch"):
        make_bot(config, Material(faq=SHOP / "faq.csv"))
    assert not config.folder.exists()
    wrong = BotConfig(name="late", home=made[0], reranker="shop-intents")
    with pytest.raises(PredictionError, match="text-ranking"):
        make_bot(wrong, Material(faq=SHOP / "faq.csv"))


def test_verbs(made: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHAINZOO_HOME", str(made[0]))
    run = CliRunner().invoke
    asked = run(verbs, ["ask", "shop", "is there a reduction for students?", "--json"])
    turn = json.loads(asked.stdout)
    assert turn["kind"] == "answer"
    thread = Log(open_config("shop", made[0]).folder / "log.db").turns()[-1]["thread"]
    assert json.loads(run(verbs, ["forget", "shop", thread, "--json"]).stdout)["turns"] == 1
    assert "no conversation" in run(verbs, ["forget", "shop", thread]).stdout
    judged = run(verbs, ["test", "shop", str(SHOP / "questions.csv"), "--json"])
    found = json.loads(judged.stdout)
    assert found["questions"] == 9
    assert found["right"] >= 5
    assert found["wrong"] <= 1
    assert found["median_ms"] < 600
    talk = run(verbs, ["chat", "shop", "--json"], input="hello\n/up\n/quit\nnever read\n")
    assert [json.loads(line)["kind"] for line in talk.stdout.splitlines()] == ["small talk"]
    with pytest.raises(UnknownModelError, match="there are shop"):
        run(verbs, ["ask", "nobody", "hello"], catch_exceptions=False)
    with pytest.raises(DataError, match="no turn 99999"):
        run(verbs, ["rate", "shop", "99999", "--up"], catch_exceptions=False)


def test_feedback_becomes_the_next_skill(made: tuple[Path, str]) -> None:
    config = open_config("shop", made[0])
    config, report = learn(config)
    assert not report.taken
    bot = build_bot(config)
    question = "do you wrap presents for birthdays?"
    before = bot.invoke(question)
    assert before.kind != "answer"
    bot.rate(before.number, good=False, answer="We wrap presents free of charge.")
    missed = bot.invoke("the blue lorry never showed up at my door")
    bot.rate(missed.number, good=False, intent="delivery")
    config, report = learn(config)
    assert report.taken, report.because
    assert (report.utterances, report.entries) == (1, 1)
    assert open_config("shop", made[0]).skill == config.skill
    after = build_bot(config).invoke(question)
    assert after.text == "We wrap presents free of charge."
    assert learn(config)[1].taken is False  # It was learnt from once.


def test_history_is_masked_and_cleared_of_duplicates(tmp_path: Path) -> None:
    path = tmp_path / "talks.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["conversation", "role", "text", "intent"])
        for at, asked in enumerate(["where is my parcel", "when will the lamp be here"]):
            writer.writerow([at, "customer", asked, "delivery"])
            writer.writerow([at, "agent", "It is on its way, see the link.", ""])
        writer.writerow([2, "customer", "write to jo@doe.org please, I moved", "account"])
        writer.writerow([2, "agent", "We wrote to jo@doe.org.", ""])
    history = read_history(path)
    assert [reply for _, reply in history.pairs(2)] == ["It is on its way, see the link."] * 2
    assert history.utterances[-1].text == "write to [EMAIL] please, I moved"
    assert history.masked == {"EMAIL": 2}
    same = [Utterance("Where is it?", "a"), Utterance("where is it", "a"), Utterance("hm", "b")]
    assert tidy(same).duplicates == 1
    torn = tidy([Utterance("close it", "a"), Utterance("close it", "b"), Utterance("hm", "b")])
    assert ([u.text for u in torn.utterances], torn.contradictions) == (["hm"], 1)


def test_marked_entities_move_with_the_masks() -> None:
    text = "mail a@b.org, I live in Graz"
    at = text.index("Graz")
    (utterance,) = tidy([Utterance(text, entities=((at, at + 4, "city"),))]).utterances
    ((start, end, label),) = utterance.entities
    assert (utterance.text[start:end], label) == ("Graz", "city")


def test_calibration_cools_what_is_too_sure() -> None:
    rng = np.random.default_rng(3)
    right = rng.integers(0, 3, 600)
    said = np.where(rng.random(600) < 0.7, right, (right + 1) % 3)  # Right in 70 of 100.
    scores = np.full((600, 3), 0.005)
    scores[np.arange(600), said] = 0.99
    found = calibrate(scores, right, rng.random(600), 0.05)
    assert found.temperature > 2
    assert found.error_after < 0.1 < found.error_before
    assert with_temperature(scores, found.temperature).max() == pytest.approx(0.7, abs=0.05)


def test_nothing_to_make_it_of_and_wrong_settings_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing to make the bot of"):
        make_bot(BotConfig(name="none", home=tmp_path), Material())
    with pytest.raises(DataError, match="false_alarms"):
        BotConfig.of("told", name="x", false_alarms=3)
    with pytest.raises(DataError, match="no span"):
        BotConfig.of("told", name="x", hours={"open": {"mon": "nine to five"}})
    with pytest.raises(DataError, match="letters, digits"):
        BotConfig.of("told", name="../x")
