"""Language detection: by script, and for Latin letters by stop words."""

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
STOP_WORDS = {
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
MAX_TEXTS = 400
MAX_CHARACTERS = 2000  # Of each text.
MAX_JOINED = 20_000  # Of all texts together.


@dataclass(frozen=True, slots=True)
class DetectedLanguage:
    """An ISO 639-1 code (``und`` if unknown) and the share of the texts that are in it."""

    code: str
    share: float


def detect_language(texts: Sequence[str], among: Collection[str] | None = None) -> DetectedLanguage:
    """Detect the language of most of the texts.

    At most 400 texts are looked at, spread evenly over all of them.

    Args:
        texts: the texts.
        among: the languages to choose from where a text has Latin letters. Short texts are
            detected better with fewer languages.
    """
    step = max(len(texts) // MAX_TEXTS, 1)
    sample = texts[::step][:MAX_TEXTS]
    votes = Counter(code for text in sample if (code := _detect(text[:MAX_CHARACTERS], among)))
    if votes:
        code, count = votes.most_common(1)[0]
        return DetectedLanguage(code, round(count / votes.total(), 3))
    joined = _detect(" ".join(sample)[:MAX_JOINED], among)
    return DetectedLanguage(joined or "und", 1.0 if joined else 0.0)


def _detect(text: str, among: Collection[str] | None) -> str | None:
    counts = {name: len(re.findall(f"[{span}]", text)) for name, span in SCRIPTS}
    # One Chinese character is as much evidence as a word of letters.
    weights = {**counts, "latin": counts["latin"] / 4, "cyrillic": counts["cyrillic"] / 4}
    script = max(weights, key=lambda name: weights[name])
    if not counts[script]:
        return None
    if script in ("kana", "zh"):
        return "ja" if counts["kana"] > 0.1 * counts["zh"] else "zh"
    if script == "cyrillic":
        return "uk" if re.search("[іїєґ]", text.lower()) else "ru"
    return _detect_latin(text, among) if script == "latin" else script


def _detect_latin(text: str, among: Collection[str] | None) -> str | None:
    words = Counter(WORD.findall(text.lower()))
    scores = {
        code: sum(words[word] for word in stop_words.split())
        for code, stop_words in STOP_WORDS.items()
        if among is None or code in among
    }
    if not scores:
        return None
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] else None
