"""The whole way, from finding a model to calling it in a chain; ``make demo`` runs it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from chainzoo.cli import display
from chainzoo.cli.environment import prepare_environment

if TYPE_CHECKING:
    from chainzoo import ModelRecord, Report, Zoo

    Tuned = tuple[ModelRecord, Report]

prepare_environment()

DATA = Path(__file__).parent / "data"
TICKETS = DATA / "support_tickets.csv"
LATER = DATA / "support_tickets_later.csv"  # Complaints in other sentences: a fair test.


def main() -> None:
    """Find, inspect, tune twice, compare, predict, and then all of it by talking."""
    from chainzoo import Zoo

    started_at = time.monotonic()
    zoo = Zoo()
    find(zoo)
    inspect(zoo)
    show_reports(tune(zoo))
    predict(zoo)
    converse(zoo)
    display.text(f"Done in {time.monotonic() - started_at:.0f} seconds.", style="bold green")


def heading(title: str) -> None:
    """Print a line with a title."""
    from rich.rule import Rule

    display.console().print(Rule(title, align="left"))


def find(zoo: Zoo) -> None:
    """Find models by facts, and fetch the embedded ones."""
    heading("1. Find a model: classify English text, under 100 MB")
    cards = zoo.find(task="text-classification", language="en", max_size_mb=100)
    rows = [(card.id, card.facts()["license"], card.facts()["size"]) for card in cards]
    display.table("", ("card", "license", "size"), rows)
    for card_id in ("minilm-l6", "smollm2-135m"):
        display.text(f"{card_id} is in {zoo.fetch(card_id)}, its SHA-256 verified.")


def inspect(zoo: Zoo) -> None:
    """Inspect the training data, and look for leaks into the test data."""
    heading(f"2. Inspect {TICKETS.name}")
    inspection = zoo.inspect(TICKETS, against=LATER)
    display.text(inspection.verdict)
    rows = [(row["text"], ", ".join(row["labels"])) for row in inspection.sample]
    display.table("", ("text", "label"), rows)


def tune(zoo: Zoo) -> dict[str, Tuned]:
    """Tune with two methods; the models and their reports by method."""
    from chainzoo import Report

    heading("3. Tune it twice: LoRA, and in full")
    tuned = {}
    for method, name in (("lora", "tickets"), ("full", "tickets-full")):
        run = zoo.tune(TICKETS, model="minilm-l6", method=method, name=name, epochs=4, test=LATER)
        display.follow(run)
        tuned[method] = run.wait(), Report.from_dict(run.report or {})
    return tuned


def show_reports(tuned: dict[str, Tuned]) -> None:
    """Print the scores of both models and of the baselines."""
    heading("4. The reports, side by side")
    rows = []
    for method, (model, report) in tuned.items():
        low, high = report.intervals[report.metric]
        rows.append((method, report.score, f"{low:.3f} to {high:.3f}", f"{model.size_mb} MB"))
    report = tuned["full"][1]
    rows += [(name, s[report.metric], "", "") for name, s in report.baselines.items()]
    header = ("", report.metric, "95 % interval", "size")
    display.table(f"{report.metric} on {report.rows} rows", header, rows)


def predict(zoo: Zoo) -> None:
    """Call the tuned model as an LLM in a chain, and as a typed predictor."""
    from langchain_core.output_parsers import JsonOutputParser
    from langchain_core.prompts import PromptTemplate

    heading("5. Call it: prompt | llm | parser")
    zoo.promote("tickets")
    prompt = PromptTemplate.from_template("{ticket}")
    chain = prompt | zoo.llm("tickets@production") | JsonOutputParser()
    answer = chain.invoke({"ticket": "The parcel never came, where is it?"})
    display.text(f"chain: {answer['label']} ({answer['score']:.3f})")
    texts = ["Please stop my subscription", "The app closes when I open it", "I paid twice"]
    for prediction in zoo.predictor("tickets@production").batch(texts):
        display.text(f"predictor: {prediction.label} ({prediction.score:.3f})")


def converse(zoo: Zoo) -> None:
    """Hold a short conversation; every plan that requires approval is approved."""
    heading("6. The same by talking, with the embedded brain")
    from chainzoo import create_zoo_agent
    from chainzoo.agent.conversation import AgentConversation
    from chainzoo.cli.chat_turn import ChatTurn

    conversation = AgentConversation(create_zoo_agent(zoo))
    for text in (
        "Which model for support tickets under 100 MB?",
        f"Tune it on {TICKETS.relative_to(Path.cwd())} with only the head for 3 epochs, name it talk-1",
        "How good is it?",
        "What would it say about 'the courier lost my parcel'?",
    ):
        display.text(f"you> {text}", style="bold")
        turn = ChatTurn(zoo, conversation)
        turn.show(conversation.stream(text))
        turn.prompt_approvals(lambda question: print(question + "y") or "y")
        turn.follow_runs()


if __name__ == "__main__":
    main()
