"""Translation: a text in another language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainzoo.data.examples import TextPair
from chainzoo.metrics.generation import (
    BLEU_COLUMNS,
    CHRF_COLUMNS,
    bleu,
    bleu_counts,
    chrf,
    chrf_counts,
)
from chainzoo.modeling.settings import LabelSpace
from chainzoo.tasks.predictions import TextOutput
from chainzoo.tasks.text_to_text import TextToText
from chainzoo.tasks.traits import TaskKeywords

LANGUAGE_NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
# ISO 639-3 codes, in the names of NLLB's languages.
ISO_639_3 = {
    "ar": "arb", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa",
    "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "id": "ind", "it": "ita", "ja": "jpn",
    "ko": "kor", "nl": "nld", "pl": "pol", "pt": "por", "ru": "rus", "sv": "swe", "th": "tha",
    "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip


class Translation(TextToText):
    """Scored by BLEU and chrF as computed by sacreBLEU; Chinese and Japanese by characters."""

    name = "translation"
    keywords = TaskKeywords(
        r"translat\w*|machine translation|\bmt\b|翻译",
        priority=40,
    )
    max_new_tokens = 160
    score_ranges = {"chrf": (0.0, 100.0), "bleu": (0.0, 100.0)}

    def instruction(self, labels: LabelSpace) -> str:
        language = LANGUAGE_NAMES.get(labels.names[1])
        if language is None:
            return "Translate this text."
        return f"Translate the following text into {language}."

    def prefix(self, tokenizer: Any, labels: LabelSpace) -> str:
        """T5 was trained with this prefix (arXiv:1910.10683)."""
        source, target = (LANGUAGE_NAMES.get(code) for code in labels.names)
        is_t5 = type(tokenizer).__name__.startswith("T5")
        return f"translate {source} to {target}: " if is_t5 and source and target else ""

    def forced_token(self, tokenizer: Any, labels: LabelSpace) -> int | None:
        """The token of the target language, for multilingual models (NLLB, mBART, M2M-100).

        Their tokenizers also get both languages set.
        """
        vocabulary = tokenizer.get_added_vocab()
        codes = [language_token(code, vocabulary) for code in labels.names]
        if not all(codes):
            return None
        if hasattr(tokenizer, "src_lang"):
            tokenizer.src_lang, tokenizer.tgt_lang = (str(code).strip("_") for code in codes)
        return int(vocabulary[str(codes[1])])

    def sufficient_statistics(
        self,
        examples: Sequence[TextPair],
        predictions: Sequence[TextOutput],
        labels: LabelSpace,
    ) -> np.ndarray:
        """Columns: the counts of BLEU (10) and of chrF (18), and 1."""
        is_cjk = labels.names[1] in ("zh", "ja")
        rows = [
            [
                *bleu_counts(prediction.text, example.targets, is_cjk),
                *chrf_counts(prediction.text, example.targets),
                1.0,
            ]
            for example, prediction in zip(examples, predictions, strict=True)
        ]
        return np.asarray(rows, dtype=float).reshape(len(rows), BLEU_COLUMNS + CHRF_COLUMNS + 1)

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        """ChrF and BLEU of the whole corpus, each from 0 to 100.

        chrF decides: it works on few and short rows, where BLEU does not, and needs no words.
        """
        chrf_end = BLEU_COLUMNS + CHRF_COLUMNS
        return {
            "chrf": chrf(counts[..., BLEU_COLUMNS:chrf_end]),
            "bleu": bleu(counts[..., :BLEU_COLUMNS]),
        }

    def baseline_predictions(
        self, train: Sequence[TextPair], examples: Sequence[TextPair], labels: LabelSpace
    ) -> dict[str, list[TextOutput]]:
        """The text itself, and the translation of the most similar training text."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        copies = [TextOutput(example.text) for example in examples]
        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))
        known = vectorizer.fit_transform([example.text for example in train])
        texts = vectorizer.transform([example.text for example in examples])
        nearest = np.asarray((texts @ known.T).argmax(axis=1)).ravel()
        memory = [TextOutput(train[int(index)].targets[0]) for index in nearest]
        return {"the text itself": copies, "translation memory": memory}


def language_token(code: str, vocabulary: Mapping[str, int]) -> str | None:
    """The token by which a multilingual model names a language: ``eng_Latn``, ``en_XX``, ``__en__``."""
    prefixes = (f"{ISO_639_3.get(code, '?')}_", f"{code}_", f"__{code}__")
    tokens = [token for token in vocabulary if token.startswith(prefixes)]
    return min(tokens, key=lambda token: ("Hans" not in token, token), default=None)


TASK = Translation()
