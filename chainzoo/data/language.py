"""A guess at the language of texts: by script, and for Latin letters by their small words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

SCRIPTS = (
    ("kana", "\u3040-\u30ff"),
    ("ko", "\uac00-\ud7af\u1100-\u11ff"),
    ("zh", "\u3400-\u4dbf\u4e00-\u9fff"),
    ("cyrillic", "\u0400-\u04ff"),
    ("ar", "\u0600-\u06ff"),
    ("he", "\u0590-\u05ff"),
    ("hi", "\u0900-\u097f"),
    ("th", "\u0e00-\u0e7f"),
    ("el", "\u0370-\u03ff"),
    ("latin", "A-Za-z\u00c0-\u024f\u1e00-\u1eff"),
)
SMALL_WORDS = {
    "en": "the and of to is in that it for you was with are this my have not on i what can how your",
    "de": "der die und das ist nicht ich ein eine zu den mit von auf für sich dem im es wie kann",
    "fr": "le la les et des est un une que pour dans pas je vous du qui sur ce avec au mon",
    "es": "el la los de que y en un una es por con para no se lo mi como las del al está",
    "it": "il di che è la un una per non sono con del si da mi come della questo gli le",
    "pt": "o de que e não um uma para com os é se na por mais as dos como meu do em",
    "nl": "de het een van en is dat niet te ik op met voor zijn er aan maar heb kan mijn",
    "sv": "och att det som en på är av för med jag inte den till har ett om hur kan",
    "da": "og at det er en på af for med jeg ikke den til har et om hvordan kan der",
    "pl": "i w nie na się że to z do jest jak o co ja po mój tak czy od dla",
    "fi": "ja on ei se että oli mutta hän olen kun niin mikä voin kuin ole tämä",
    "tr": "ve bir bu için da de ne ile çok mi ben var daha gibi olarak nasıl ama",
    "ro": "și de la nu în este un o pe cu care să mai din pentru am sunt",
    "cs": "a se v na je že to s do jak o co jsem i po ale za není pro",
    "id": "yang dan di itu dengan untuk tidak ini dari saya dalam akan pada ada bisa apa",
    "vi": "là của và có không được cho một tôi trong các với này để những người",
}
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """An ISO 639-1 code (``und`` where nothing speaks for one) and the share that speaks for it."""

    code: str
    share: float


def guess_language(texts: Sequence[str], among: Collection[str] | None = None) -> LanguageGuess:
    """The language that most of the texts (at most 400, evenly taken) seem to be in.

    With ``among``, only these come into question for Latin letters: a short text is told better.
    """
    step = max(len(texts) // 400, 1)
    votes = Counter(code for text in texts[::step][:400] if (code := _one(text[:2000], among)))
    if not votes:
        return _together(texts[::step][:400], among)
    code, count = votes.most_common(1)[0]
    return LanguageGuess(code, round(count / votes.total(), 3))


def _together(texts: Sequence[str], among: Collection[str] | None) -> LanguageGuess:
    code = _one(" ".join(texts)[:20_000], among)
    return LanguageGuess(code or "und", 1.0 if code else 0.0)


def _one(text: str, among: Collection[str] | None) -> str | None:
    counts = {name: len(re.findall(f"[{span}]", text)) for name, span in SCRIPTS}
    # A Chinese character says as much as a whole word of letters.
    weights = {**counts, "latin": counts["latin"] / 4, "cyrillic": counts["cyrillic"] / 4}
    script = max(weights, key=lambda name: weights[name])
    if not counts[script]:
        return None
    if script in ("kana", "zh"):
        return "ja" if counts["kana"] > 0.1 * counts["zh"] else "zh"
    if script == "cyrillic":
        return "uk" if re.search("[іїєґ]", text.lower()) else "ru"
    return _latin(text, among) if script == "latin" else script


def _latin(text: str, among: Collection[str] | None) -> str | None:
    words = Counter(WORD.findall(text.lower()))
    scores = {
        code: sum(words[word] for word in small.split())
        for code, small in SMALL_WORDS.items()
        if among is None or code in among
    }
    if not scores:
        return None
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] else None
