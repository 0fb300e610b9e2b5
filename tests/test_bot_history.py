"""Past conversations: reading, masking, and duplicates."""

from __future__ import annotations

import csv
from pathlib import Path

from chains.customer_service.history import Utterance, clean_history
from chains.customer_service.history_reader import read_history


def test_history_is_masked_and_replies_are_paired(tmp_path: Path) -> None:
    path = tmp_path / "conversations.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["conversation", "role", "text", "intent"])
        for thread, message in enumerate(["where is my parcel", "when will the lamp be here"]):
            writer.writerow([thread, "customer", message, "delivery"])
            writer.writerow([thread, "agent", "It is on its way, see the link.", ""])
        writer.writerow([2, "customer", "write to jo@doe.org please, I moved", "account"])
        writer.writerow([2, "agent", "We wrote to jo@doe.org.", ""])
    history = read_history(path)
    replies = [reply for _, reply in history.replied(min_customers=2)]
    assert replies == ["It is on its way, see the link."] * 2
    assert history.utterances[-1].text == "write to [EMAIL] please, I moved"
    assert history.masked == {"EMAIL": 2}


def test_duplicates_are_dropped_and_contradictions_left_out() -> None:
    similar = [Utterance("Where is it?", "a"), Utterance("where is it", "a"), Utterance("hm", "b")]
    assert clean_history(similar).duplicates == 1
    history = clean_history(
        [Utterance("close it", "a"), Utterance("close it", "b"), Utterance("hm", "b")]
    )
    assert [u.text for u in history.utterances] == ["hm"]
    assert history.contradictions == 1


def test_entity_spans_are_shifted_by_masks() -> None:
    text = "mail a@b.org, I live in Graz"
    start = text.index("Graz")
    utterance = Utterance(text, entities=((start, start + 4, "city"),))
    (masked,) = clean_history([utterance]).utterances
    ((start, end, label),) = masked.entities
    assert (masked.text[start:end], label) == ("Graz", "city")
