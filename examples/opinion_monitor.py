"""Six weeks of posts on a town's railway and its food; on the last day trains fail."""

from __future__ import annotations

import random
import tempfile
from datetime import date, timedelta
from pathlib import Path

from chains.opinion_monitor import MonitorConfig, build_monitor
from chains.opinion_monitor.brief import brief_of
from chainzoo import Zoo

TOPICS = {
    "railway": ("The train to the harbour", "My morning train", "The new railway station"),
    "food": ("The soup at the market", "The bread from the corner bakery", "Lunch at the café"),
}
MOODS = {
    "positive": ("was wonderful", "made me happy", "is the best there is"),
    "neutral": ("is there every day", "opens at eight", "was as always"),
    "negative": ("was awful", "made me angry", "is a disgrace"),
}
BEGIN = date(2026, 1, 5)


def post(chance: random.Random, topic: str, mood: str) -> str:
    """A sentence on a topic in a mood."""
    who = chance.choice(("", "Honestly, ", "Once more: ", "My neighbour says: "))
    return f"{who}{chance.choice(TOPICS[topic])} {chance.choice(MOODS[mood])}."


def stream(chance: random.Random) -> list[dict[str, str]]:
    """Some eight posts a day, and thirty angry ones on the railway on the last."""
    rows = []
    for day in range(43):
        when = (BEGIN + timedelta(days=day)).isoformat()
        said = [
            post(chance, chance.choice(list(TOPICS)), chance.choice(list(MOODS)))
            for _ in range(chance.randint(6, 10))
        ]
        if day == 42:
            said += [post(chance, "railway", "negative") for _ in range(30)]
        rows += [
            {"id": f"{day}-{at}", "text": text, "created_at": f"{when}T{at % 24:02}:00:00Z"}
            for at, text in enumerate(said)
        ]
    return rows


def main() -> None:
    """Tune a model of topics and one of moods, let the posts pass by, print what was noticed."""
    zoo, chance = Zoo(), random.Random(7)
    asked = [(t, m, post(chance, t, m)) for _ in range(16) for t in TOPICS for m in MOODS]
    for name, at in (("street-topic", 0), ("street-mood", 1)):
        rows = [{"text": one[2], "label": one[at]} for one in asked]
        model = zoo.tune(rows, name=name, method="head", epochs=3).wait()
        print(f"{model.ref}: {model.metric} {model.score:.2f}")

    with tempfile.TemporaryDirectory() as folder:
        config = MonitorConfig(
            topics="street-topic", sentiment="street-mood", store=Path(folder, "street.db")
        )
        with build_monitor(config, zoo) as monitor:
            taken = monitor.invoke(stream(chance))
            print(f"{taken.posts} posts, {len(taken.alerts)} alerts")
            for alert in taken.alerts:
                print(f"ALERT {alert['text']}")
                print(f"      {alert['causes'][0]['text']}")
            print(brief_of(monitor.store).text)


if __name__ == "__main__":
    main()
