"""A customer-service bot from a FAQ, two policies and past messages, in a few lines.

python examples/customer_service_bot.py
"""

from __future__ import annotations

from pathlib import Path

from chains.customer_service import BotConfig, Material, build_bot, make_bot

SHOP = Path(__file__).parent / "data" / "shop"
QUESTIONS = (
    "Hello!",
    "Until when can I return my shoes?",
    "My parcel has not arrived",
    "It is AB123456",
    "What is the capital of Mongolia?",
    "I want to talk to a person",
)


def main(home: Path | None = None) -> None:
    """Build the bot (only the head of the model is tuned, so that it is quick), and talk to it."""
    config = BotConfig.from_toml(
        SHOP / "service.toml", name="shop", home=home, method="head", epochs=15
    )
    material = Material(SHOP / "faq.csv", (SHOP / "policies",), SHOP / "history.csv")
    config, report = make_bot(config, material)
    print(f"{report.intents} intents, {report.held_out['accuracy']:.0%} right on held-out messages")

    bot = build_bot(config)
    for question in QUESTIONS:
        turn = bot.invoke({"text": question, "thread": "example"})
        print(f"\n> {question}\n{turn.text}")
        for citation in turn.citations:
            print(f"  [{citation.source}]")
        if turn.summary:
            print(turn.summary)


if __name__ == "__main__":
    main()
