"""Route between tuned models: the intent decides which model reads the message next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableBranch, RunnableLambda, RunnablePassthrough

from chainzoo import Zoo

TICKETS = Path(__file__).parent / "data" / "support_tickets.csv"
ANGER = {
    "angry": ("This is a disgrace", "I have had enough of you", "Never again, what a joke"),
    "calm": ("No hurry at all", "Thank you for your kind help", "Could you please look into it"),
}
EFFORT = {
    "large": ("Build an app for my watch", "Support a new language", "Offer a public interface"),
    "small": ("Make the button larger", "Change the colour of links", "Fix a typing mistake"),
}


def rows(kinds: dict[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    """A few rows for each label."""
    ends = ("", ".", "!", ", please.", ", today.", " for us.", " soon.", " again.")
    return [{"text": t + e, "label": k} for k, texts in kinds.items() for t in texts for e in ends]


def main() -> None:
    """Tune three heads at the same time, then route."""
    zoo, head = Zoo(), {"model": "minilm-l6", "method": "head"}
    runs = [
        zoo.tune(TICKETS, name="intent", epochs=4, **head),
        zoo.tune(rows(ANGER), name="anger", epochs=3, **head),
        zoo.tune(rows(EFFORT), name="effort", epochs=3, **head),
    ]
    intent, anger, effort = (zoo.predictor(run.wait().ref) for run in runs)

    def label_with(model: Any, name: str) -> Any:
        return RunnableLambda(lambda values: f"{name}: {model.invoke(values['text']).label}")

    route = {"text": RunnablePassthrough(), "intent": intent} | RunnableBranch(
        (lambda v: v["intent"].label == "feature request", label_with(effort, "effort")),
        (lambda v: v["intent"].label in ("refund", "delivery"), label_with(anger, "mood")),
        RunnableLambda(lambda v: f"to the queue for {v['intent'].label}"),
    )
    for text in (
        "Please add a dark mode to the app, support a new language too",
        "My parcel is lost and nobody answers, what a joke",
        "I cannot sign in, the password link leads nowhere",
    ):
        print(f"{text}\n  {intent.invoke(text).label} -> {route.invoke(text)}")


if __name__ == "__main__":
    main()
