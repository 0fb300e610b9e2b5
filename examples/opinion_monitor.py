"""Monitor six weeks of posts about a town's railway and food; on the last day trains fail."""

from __future__ import annotations

import random
import tempfile
from datetime import date, timedelta
from pathlib import Path

from chains.opinion_monitor import MonitorConfig, build_monitor, daily_brief
from chainzoo import Zoo

TOPICS = {
    "railway": ("The train to the harbour", "My morning train", "The new railway station"),
    "food": ("The soup at the market", "The bread from the corner bakery", "Lunch at the café"),
}
SENTIMENTS = {
    "positive": ("was wonderful", "made me happy", "is the best there is"),
    "neutral": ("is there every day", "opens at eight", "was as always"),
    "negative": ("was awful", "made me angry", "is a disgrace"),
}
FIRST_DAY = date(2026, 1, 5)
DAYS = 43


def post(rng: random.Random, topic: str, sentiment: str) -> str:
    """Return a sentence on a topic with a sentiment."""
    opening = rng.choice(("", "Honestly, ", "Once more: ", "My neighbour says: "))
    return f"{opening}{rng.choice(TOPICS[topic])} {rng.choice(SENTIMENTS[sentiment])}."


def stream(rng: random.Random) -> list[dict[str, str]]:
    """Return about eight posts a day, and thirty angry ones about the railway on the last day."""
    rows = []
    for day in range(DAYS):
        date_ = (FIRST_DAY + timedelta(days=day)).isoformat()
        texts = [
            post(rng, rng.choice(list(TOPICS)), rng.choice(list(SENTIMENTS)))
            for _ in range(rng.randint(6, 10))
        ]
        if day == DAYS - 1:
            texts += [post(rng, "railway", "negative") for _ in range(30)]
        rows += [
            {"id": f"{day}-{n}", "text": text, "created_at": f"{date_}T{n % 24:02}:00:00Z"}
            for n, text in enumerate(texts)
        ]
    return rows


def main() -> None:
    """Tune a topic and a sentiment model, ingest the posts, print alerts and the last day."""
    zoo, rng = Zoo(), random.Random(7)
    examples = [(t, s, post(rng, t, s)) for _ in range(16) for t in TOPICS for s in SENTIMENTS]
    for name, column in (("street-topic", 0), ("street-mood", 1)):
        rows = [{"text": example[2], "label": example[column]} for example in examples]
        model = zoo.tune(rows, name=name, method="head", epochs=3).wait()
        print(f"{model.ref}: {model.metric} {model.score:.2f}")

    with tempfile.TemporaryDirectory() as folder:
        config = MonitorConfig(
            topics="street-topic", sentiment="street-mood", store=Path(folder, "street.db")
        )
        with build_monitor(config, zoo) as monitor:
            result = monitor.invoke(stream(rng))
            print(f"{result.posts} posts, {len(result.alerts)} alerts")
            for alert in result.alerts:
                print(f"ALERT {alert['text']}")
                print(f"      {alert['example_posts'][0]['text']}")
            print(daily_brief(monitor.store).text)


if __name__ == "__main__":
    main()
