"""The main job, from finding a model to calling it in a chain: what ``make demo`` runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from chainzoo.cli import display
from chainzoo.cli.environment import prepare_environment

if TYPE_CHECKING:
    from chainzoo import Zoo

prepare_environment()

DATA = Path(__file__).parent / "data"
TICKETS = DATA / "support_tickets.csv"
LATER = DATA / "support_tickets_later.csv"  # Complaints in other sentences: a fair judge.


def main() -> None:
    """Find, inspect, tune twice, compare, call, and then all of it by talking."""
    from langchain_core.output_parsers import JsonOutputParser
    from langchain_core.prompts import PromptTemplate
    from rich.rule import Rule

    from chainzoo import Report, Zoo

    begun = time.monotonic()
    console = display.console()
    zoo = Zoo()

    console.print(Rule("1. Find a model: classify English text, under 100 MB", align="left"))
    cards = zoo.find(task="text-classification", language="en", max_size_mb=100)
    rows = [(card.id, card.facts()["license"], card.facts()["size"]) for card in cards]
    display.table("", ("card", "license", "size"), rows)
    for card in ("minilm-l6", "smollm2-135m"):
        display.text(f"{card} is in {zoo.fetch(card)}, its SHA-256 verified.")

    console.print(Rule(f"2. Inspect {TICKETS.name}", align="left"))
    found = zoo.inspect(TICKETS, against=LATER)
    display.text(found.verdict)
    display.table(
        "", ("text", "label"), [(r["text"], ", ".join(r["labels"])) for r in found.sample]
    )

    console.print(Rule("3. Tune it twice: LoRA, and in full", align="left"))
    reports = {}
    for method, name in (("lora", "tickets"), ("full", "tickets-full")):
        run = zoo.tune(TICKETS, model="minilm-l6", method=method, name=name, epochs=4, test=LATER)
        display.follow(run)
        reports[method] = run.wait(), Report.from_dict(run.report or {})

    console.print(Rule("4. The reports, side by side", align="left"))
    rows = []
    for method, (model, report) in reports.items():
        low, high = report.intervals[report.metric]
        rows.append((method, report.score, f"{low:.3f} to {high:.3f}", f"{model.size_mb} MB"))
    last = reports["full"][1]
    rows += [(name, s[last.metric], "", "") for name, s in last.baselines.items()]
    display.table(
        f"{last.metric} on {last.rows} rows", ("", last.metric, "95 % interval", "size"), rows
    )

    console.print(Rule("5. Call it: prompt | llm | parser", align="left"))
    zoo.promote("tickets")
    chain = (
        PromptTemplate.from_template("{ticket}")
        | zoo.llm("tickets@production")
        | JsonOutputParser()
    )
    answer = chain.invoke({"ticket": "The parcel never came, where is it?"})
    display.text(f"chain: {answer['label']} ({answer['score']:.3f})")
    typed = zoo.predictor("tickets@production").batch(
        ["Please stop my subscription", "The app closes when I open it", "I paid twice"]
    )
    for prediction in typed:
        display.text(f"predictor: {prediction.label} ({prediction.score:.3f})")
    console.print(Rule("6. The same by talking, with the embedded brain", align="left"))
    converse(zoo)
    display.text(f"Done in {time.monotonic() - begun:.0f} seconds.", style="bold green")


def converse(zoo: Zoo) -> None:
    """Hold a short conversation; every plan that requires approval is approved."""
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
        while turn.pending:
            turn.prompt_approvals(lambda question: print(question + "y") or "y")
        turn.follow_runs()


if __name__ == "__main__":
    main()
