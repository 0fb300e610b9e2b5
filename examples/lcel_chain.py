"""A tuned model in a LangChain chain: a prompt before it, a parser behind it."""

from __future__ import annotations

from pathlib import Path

from langchain_core.output_parsers import JsonOutputParser
from langchain_core.prompts import PromptTemplate

from chainzoo import Zoo

TICKETS = Path(__file__).parent / "data" / "support_tickets.csv"


def main() -> None:
    """Tune the head once, then call it as an LLM."""
    zoo = Zoo()
    model = zoo.tune(TICKETS, model="minilm-l6", method="head", epochs=4, name="lcel").wait()
    print(f"{model.ref}: {model.metric} {model.score:.2f} on rows that it has not learnt from")

    chain = (
        PromptTemplate.from_template("Subject: {subject}. {body}")
        | zoo.llm(model.ref)  # Text in, JSON text out: a LangChain LLM.
        | JsonOutputParser()
        | (lambda answer: f"{answer['label']} ({answer['score']:.2f})")
    )
    print(
        chain.invoke(
            {"subject": "Parcel", "body": "The courier says delivered, but it is not here"}
        )
    )
    for line in chain.batch(
        [
            {"subject": "Password", "body": "I cannot sign in since this morning"},
            {"subject": "Money", "body": "I sent the shoes back, where is my money?"},
        ]
    ):
        print(line)


if __name__ == "__main__":
    main()
