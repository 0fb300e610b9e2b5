"""A customer-service bot from a FAQ, two policies and past messages, in a few lines.

python examples/customer_service_bot.py
"""

from __future__ import annotations

from pathlib import Path

from chains.customer_service import BotConfig, BotTrainingData, build_bot, train_bot

SHOP = Path(__file__).parent / "data" / "shop"
MESSAGES = (
    "Hello!",
    "Until when can I return my shoes?",
    "My parcel has not arrived",
    "It is AB123456",
    "What is the capital of Mongolia?",
    "I want to talk to a person",
)


def main(home: Path | None = None) -> None:
    """Train the bot (only the head of the model, which is quick), and talk to it."""
    config = BotConfig.from_toml(
        SHOP / "service.toml", name="shop", home=home, method="head", epochs=15
    )
    data = BotTrainingData(SHOP / "faq.csv", (SHOP / "policies",), SHOP / "history.csv")
    config, report = train_bot(config, data)
    accuracy = report.held_out["accuracy"]
    print(f"{report.intents} intents, accuracy {accuracy:.0%} on held-out messages")

    bot = build_bot(config)
    for message in MESSAGES:
        turn = bot.invoke({"text": message, "thread": "example"})
        print(f"\n> {message}\n{turn.text}")
        for citation in turn.citations:
            print(f"  [{citation.source}]")
        if turn.summary:
            print(turn.summary)


if __name__ == "__main__":
    main()
