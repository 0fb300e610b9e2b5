"""How alike two texts are: words of answers, ROUGE, BLEU and chrF, in any script.

Words of a script without spaces are what jieba cuts; scores of answers count its characters.
BLEU and chrF are sums over rows before they are a score, so a bootstrap needs no second look.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from chainzoo.data.tokens import CJK, word_spans

ARTICLES = frozenset({"a", "an", "the"})
END = re.compile(r"(?<=[.!?])[\s]+(?=\S)|(?<=[。！？；])|\n+")
BLEU_ORDER = 4
CHRF_ORDER, CHRF_BETA = 6, 2


def answer_words(text: str) -> list[str]:
    """Words in lower case without punctuation and articles, as SQuAD compares answers.

    Each Chinese character is a word, as in CMRC.
    """
    words = (text[start:end].lower() for start, end in word_spans(text))
    kept = (word for word in words if not all(unicodedata.category(c)[0] in "PS" for c in word))
    return [word for word in kept if word not in ARTICLES]


def exact(said: str, truths: Sequence[str]) -> float:
    """1 where the words are those of one of the truths; nothing is right where there is none."""
    if not truths:
        return float(not answer_words(said))
    return float(any(answer_words(said) == answer_words(truth) for truth in truths))


def best_f1(said: str, truths: Sequence[str]) -> float:
    """F1 of the words shared with the nearest of the truths."""
    words = Counter(answer_words(said))
    if not truths:
        return float(not words)
    return max(_f1(words, Counter(answer_words(truth))) for truth in truths)


def _f1(first: Counter[str], second: Counter[str]) -> float:
    shared = (first & second).total()
    if not first or not second:
        return float(first == second)
    return 2 * shared / (first.total() + second.total())


def sentences(text: str) -> list[tuple[int, int]]:
    """Character ranges of the sentences, by their punctuation; at least one.

    >>> sentences("One. Two! 三。四")
    [(0, 4), (5, 9), (10, 12), (12, 13)]
    """
    found, begun = [], 0
    for gap in (*END.finditer(text), None):
        end = gap.start() if gap else len(text)
        if text[begun:end].strip():
            found.append((begun, end))
        begun = gap.end() if gap else end
    return found or [(0, len(text))]


def has_cjk(texts: Sequence[str]) -> bool:
    """Whether most of some texts are in a script without spaces."""
    return sum(bool(CJK.search(text)) for text in texts) > 0.5 * len(texts)


def words_of(text: str) -> list[str]:
    """Words for ROUGE: in lower case, without punctuation; jieba's in Chinese."""
    if CJK.search(text):
        import logging

        import jieba

        jieba.setLogLevel(logging.WARNING)  # It would tell of its dictionary on the terminal.
        cut = jieba.lcut(text)
        return [word.lower() for word in cut if any(char.isalnum() for char in word)]
    return [text[a:b].lower() for a, b in word_spans(text) if any(c.isalnum() for c in text[a:b])]


class _Words:
    """``words_of`` in the form that rouge-score asks for."""

    def tokenize(self, text: str) -> list[str]:
        """The words."""
        return words_of(text)


@lru_cache(maxsize=1)
def _rouge() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=_Words())


def rouge(said: str, truths: Sequence[str]) -> tuple[float, float, float]:
    """F-measures of ROUGE-1, -2 and -L (Lin 2004), each against the truth that it likes best."""
    best = [0.0, 0.0, 0.0]
    for truth in truths:
        scores = _rouge().score(truth, said)
        for at, name in enumerate(("rouge1", "rouge2", "rougeL")):
            best[at] = max(best[at], float(scores[name].fmeasure))
    return best[0], best[1], best[2]


@lru_cache(maxsize=2)
def _bleu(chinese: bool) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize="zh" if chinese else "13a", effective_order=False)


@lru_cache(maxsize=1)
def _chrf() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(char_order=CHRF_ORDER, word_order=0, beta=CHRF_BETA)


def bleu_counts(said: str, truths: Sequence[str], chinese: bool) -> list[float]:
    """Lengths of the text and of the nearest truth, then right and all n-grams for n of 1 to 4."""
    scored = _bleu(chinese).corpus_score([said], [[truth] for truth in truths])
    return [scored.sys_len, scored.ref_len, *scored.counts, *scored.totals]


def bleu(counts: np.ndarray) -> np.ndarray:
    """BLEU (Papineni et al. 2002) from summed counts of shape (..., 10), from 0 to 100.

    Orders without a match are smoothed as sacrebleu does (its ``exp``, Chen & Cherry 2014, 3).
    """
    lengths, right, total = counts[..., :2], counts[..., 2:6], counts[..., 6:]
    missing = (right == 0) & (total > 0)
    smoothed = np.where(missing, 0.5 ** np.cumsum(missing, axis=-1), right)
    precision = np.divide(smoothed, total, out=np.zeros_like(smoothed, float), where=total > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        brevity = np.minimum(0.0, 1 - lengths[..., 1] / lengths[..., 0])
        score = 100 * np.exp(brevity + np.log(precision).mean(axis=-1))
    return np.where((right.sum(-1) > 0) & (total > 0).all(-1), np.nan_to_num(score), 0.0)


def chrf_counts(said: str, truths: Sequence[str]) -> list[float]:
    """Counts of character n-grams for chrF, against the reference that fits best.

    For each n from 1 to 6: n-grams of the text, of the reference, and shared ones.
    """
    metric = _chrf()
    best = max(truths, key=lambda truth: metric.sentence_score(said, [truth]).score)
    found: list[float] = []
    first, second = ("".join(text.split()) for text in (said, best))
    for n in range(1, CHRF_ORDER + 1):
        ours = Counter(first[at : at + n] for at in range(len(first) - n + 1))
        theirs = Counter(second[at : at + n] for at in range(len(second) - n + 1))
        # As sacrebleu has it: n-grams count only where the truth is that long.
        found += [ours.total() if theirs else 0, theirs.total(), (ours & theirs).total()]
    return found


def chrf(counts: np.ndarray) -> np.ndarray:
    """chrF2 (Popović 2015) from summed counts of shape (..., 18), from 0 to 100."""
    by_order = counts.reshape(*counts.shape[:-1], CHRF_ORDER, 3)
    ours, theirs, shared = by_order[..., 0], by_order[..., 1], by_order[..., 2]
    zero = np.zeros_like(shared, float)
    precision = np.divide(shared, ours, out=zero.copy(), where=ours > 0)
    recall = np.divide(shared, theirs, out=zero.copy(), where=theirs > 0)
    counted = (ours > 0) & (theirs > 0)
    orders = np.maximum(counted.sum(-1), 1)
    p = np.where(counted, precision, 0).sum(-1) / orders
    r = np.where(counted, recall, 0).sum(-1) / orders
    factor = CHRF_BETA**2
    below = factor * p + r
    score: np.ndarray = np.zeros_like(below)
    np.divide((1 + factor) * p * r, below, out=score, where=below > 0)
    return 100 * score
