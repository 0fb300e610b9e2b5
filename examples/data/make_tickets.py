"""Writes support tickets of an invented shop, in eight intents, and later ones to judge by.

The tickets are put together from openings, complaints and closings, so that labels share much of
their wording. The later ones complain in sentences that the first file does not have. The same seed
gives the same files.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

OPENINGS = [
    "", "", "Hi, ", "Hello, ", "Hi team, ", "Good morning, ", "Sorry to bother you, but ", "Hey, ",
    "Second message about this: ", "I am a bit annoyed: ", "Quick question: ", "Please help, ",
]  # fmt: skip
CLOSINGS = [
    "", "", "", " Thanks!", " Please get back to me today.", " What should I do?",
    " My order number is {order}.", " I have been a customer for {years} years.",
    " Can somebody look into it?", " This is urgent.", " Kind regards, {person}",
]  # fmt: skip
TICKETS = {
    "billing": [
        "I was charged {amount} twice this month", "the invoice for {month} shows the wrong VAT number",
        "why is my bill {amount} higher than in {month}?", "my card was declined although there is money on it",
        "I cannot find the receipt for my {item}", "you took {amount} and I do not know what for",
        "can I pay for the {item} in instalments?", "the discount code was not taken off my bill",
    ],
    "login": [
        "the page says my password is wrong but it is not", "I never get the e-mail with the reset link",
        "the code from the text message arrives too late to sign in", "my account is locked after three tries",
        "I am asked to sign in again every {minutes} minutes", "since {month} I cannot get into my account on my {device}",
        "the two-step check does not accept my new phone", "signing in with my e-mail leads to an empty page",
    ],
    "delivery": [
        "my {item} should have been here on {day}", "the parcel is said to be delivered but I have nothing",
        "the courier left the {item} in the rain", "tracking has not moved since {day}",
        "can you send the {item} to my office instead?", "how long does shipping to {city} take?",
        "only half of my order arrived", "the driver says that the address in {city} does not exist",
    ],
    "refund": [
        "I sent the {item} back on {day} and wait for my money", "the {item} arrived broken and I want my money back",
        "when will the {amount} be on my account again?", "you refunded {amount} but the {item} cost more",
        "I returned two things and was paid back for one", "the shop in {city} refuses to take the {item} back",
        "how do I return the {item} without the box?", "I was promised {amount} back and got a voucher",
    ],
    "bug": [
        "the app on my {device} crashes when I open the basket", "the search shows nothing for {item}",
        "after the update the pictures do not load on my {device}", "the button to pay does nothing",
        "the page shows error {code} when I change my address", "the app empties my basket every {minutes} minutes",
        "prices change while I look at them on my {device}", "I get the same notification {minutes} times a day",
    ],
    "cancellation": [
        "please cancel my order of the {item} before it ships", "I want to end my subscription in {month}",
        "I ordered the {item} by mistake, stop it please", "how do I get out of the contract?",
        "I do not need the {item} any more, take it off my order", "stop my membership before {day}",
        "my trial ends on {day} and I do not want to go on", "cancel the second {item}, I clicked twice",
    ],
    "feature request": [
        "could you add a dark mode to the app on my {device}?", "I wish I could sort the list by price",
        "it would be great to share a basket with my family", "a wish list for the {item} would be nice",
        "please let us filter the search by colour", "can you offer {city} as a place to pick things up?",
        "an export of all orders to a spreadsheet would help me", "why is there no app for my {device} yet?",
    ],
    "account change": [
        "I moved to {city} and need to change my address", "my name changed after my wedding in {month}",
        "please use my new e-mail address from {day} on", "I want to delete my account and all my data",
        "how do I change the phone number that you have?", "add my partner to my account please",
        "stop sending me newsletters to my old address in {city}", "the birthday in my profile is wrong",
    ],
}  # fmt: skip
FILLERS = {
    "amount": ["12 euros", "$49.99", "30 pounds", "7.50", "120 dollars", "€8"],
    "month": ["January", "March", "May", "August", "October", "December"],
    "item": ["headphones", "blue jacket", "coffee machine", "desk lamp", "running shoes", "phone case"],
    "minutes": ["two", "five", "ten", "20"],
    "device": ["tablet", "old phone", "laptop", "iPhone", "television"],
    "day": ["Monday", "Tuesday", "Friday", "the 3rd", "the 21st", "Saturday"],
    "city": ["Leeds", "Lyon", "Austin", "Graz", "Shenzhen", "Porto"],
    "code": ["404", "500", "E-17", "0x3"],
    "order": ["A-20931", "77120", "B4417", "100-882"],
    "years": ["two", "three", "ten"],
    "person": ["Maria", "Chen", "Tom", "Aisha"],
}  # fmt: skip


LATER = 3  # Sentences of each intent that only the later tickets have.


def tickets(each: int, sentences_of: slice, seed: int = 5) -> list[tuple[str, str]]:
    """``each`` different tickets of every intent, shuffled."""
    chance = random.Random(seed)
    rows: dict[str, str] = {}
    for label, everything in TICKETS.items():
        sentences = everything[sentences_of]
        made = 0
        while made < each:
            parts = chance.choice(OPENINGS), chance.choice(sentences), chance.choice(CLOSINGS)
            filled = [_filled(part, chance) for part in parts]
            middle = filled[1] if filled[0] else filled[1][0].upper() + filled[1][1:]
            end = "" if middle.endswith("?") else "."
            text = f"{filled[0]}{middle}{end}{filled[2]}"
            if text not in rows:
                rows[text] = label
                made += 1
    shuffled = list(rows.items())
    chance.shuffle(shuffled)
    return shuffled


def _filled(part: str, chance: random.Random) -> str:
    return part.format(**{name: chance.choice(values) for name, values in FILLERS.items()})


def write(path: Path, rows: list[tuple[str, str]]) -> None:
    """Write tickets as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "intent"))
        writer.writerows(rows)


if __name__ == "__main__":
    folder = Path(__file__).parent
    write(folder / "support_tickets.csv", tickets(60, slice(LATER, None)))
    write(folder / "support_tickets_later.csv", tickets(20, slice(LATER), seed=6))
