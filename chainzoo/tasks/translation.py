"""Translation: a text said in another language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import TextPair
from chainzoo.metrics.text import bleu, bleu_counts, chrf, chrf_counts
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks.predictions import TextOutput
from chainzoo.tasks.text_to_text import TextToText
from chainzoo.tasks.traits import TaskKeywords

NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
# ISO 639-3 codes, by which NLLB calls its languages.
LONG = {
    "ar": "arb", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa",
    "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "id": "ind", "it": "ita", "ja": "jpn",
    "ko": "kor", "nl": "nld", "pl": "pol", "pt": "por", "ru": "rus", "sv": "swe", "th": "tha",
    "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip


class Translation(TextToText):
    """Judged by BLEU and chrF as sacreBLEU counts them; Chinese by its characters."""

    name = "translation"
    keywords = TaskKeywords(
        r"translat\w*|machine translation|\bmt\b|翻译",
        priority=40,
    )
    longest = 160
    score_ranges = {"chrf": (0.0, 100.0), "bleu": (0.0, 100.0)}

    def instruction(self, labels: LabelSpace) -> str:
        wanted = NAMES.get(labels.names[1])
        return f"Translate the following text into {wanted}." if wanted else "Translate this text."

    def prefix(self, tokenizer: Any, labels: LabelSpace) -> str:
        """T5 was taught with these words (arXiv:1910.10683)."""
        source, target = (NAMES.get(code) for code in labels.names)
        is_t5 = type(tokenizer).__name__.startswith("T5")
        return f"translate {source} to {target}: " if is_t5 and source and target else ""

    def forced(self, tokenizer: Any, labels: LabelSpace) -> int | None:
        """The token of the target's language, for models of many (NLLB, mBART, M2M-100)."""
        known = tokenizer.get_added_vocab()
        codes = [language_code(code, known) for code in labels.names]
        if not all(codes):
            return None
        if hasattr(tokenizer, "src_lang"):
            tokenizer.src_lang, tokenizer.tgt_lang = (str(code).strip("_") for code in codes)
        return int(known[str(codes[1])])

    def sufficient_statistics(
        self,
        examples: Sequence[TextPair],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> np.ndarray:
        """What BLEU (10 columns) and chrF (18) are made of, and 1."""
        chinese = labels.names[1] in ("zh", "ja")
        rows = [
            [
                *bleu_counts(prediction.text, example.targets, chinese),
                *chrf_counts(prediction.text, example.targets),
                1.0,
            ]
            for example, prediction in zip(examples, predictions, strict=True)
        ]
        return np.asarray(rows, dtype=float).reshape(len(rows), 29)

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """ChrF and BLEU of the whole corpus, each from 0 to 100.

        chrF decides: it sees what BLEU cannot in few or short rows, and needs no words.
        """
        return {"chrf": chrf(counts[..., 10:28]), "bleu": bleu(counts[..., :10])}

    def baseline_predictions(
        self, train: Sequence[TextPair], examples: Sequence[TextPair], labels: LabelSpace
    ) -> dict[str, list[TextOutput]]:
        """The text as it is, and the translation of the nearest text that was learnt from."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        copied = [TextOutput(example.text) for example in examples]
        vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))
        learnt = vectors.fit_transform([e.text for e in train])
        near = (vectors.transform([e.text for e in examples]) @ learnt.T).argmax(axis=1)
        memory = [TextOutput(train[int(at)].targets[0]) for at in np.asarray(near).ravel()]
        return {"the text itself": copied, "translation memory": memory}


def language_code(code: str, known: dict[str, int]) -> str | None:
    """What a multilingual model calls a language: ``eng_Latn``, ``en_XX``, ``__en__``."""
    forms = (f"{LONG.get(code, '?')}_", f"{code}_", f"__{code}__")
    found = [token for token in known if token.startswith(forms)]
    return min(found, key=lambda token: ("Hans" not in token, token), default=None)


TASK = Translation()
