"""Metrics of generated texts: ROUGE, BLEU, chrF and perplexity.

BLEU, chrF and perplexity are functions of sums over rows, so that a bootstrap scores no row twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from chainzoo.metrics.words import split_words

BLEU_ORDER = 4
CHRF_ORDER, CHRF_BETA = 6, 2
BLEU_COLUMNS = 2 + 2 * BLEU_ORDER
CHRF_COLUMNS = 3 * CHRF_ORDER
MAX_MEAN_NLL = 700.0  # exp of more overflows.


class _WordTokenizer:
    """``split_words`` with the interface of rouge-score."""

    def tokenize(self, text: str) -> list[str]:
        """The words."""
        return split_words(text)


@lru_cache(maxsize=1)
def _rouge_scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=_WordTokenizer())


@lru_cache(maxsize=2)
def _bleu_metric(cjk: bool) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize="zh" if cjk else "13a", effective_order=False)


@lru_cache(maxsize=1)
def _chrf_metric() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(char_order=CHRF_ORDER, word_order=0, beta=CHRF_BETA)


def rouge(text: str, references: Sequence[str]) -> tuple[float, float, float]:
    """F-measures of ROUGE-1, -2 and -L (Lin 2004), each against the best of the references."""
    best = [0.0, 0.0, 0.0]
    for reference in references:
        scores = _rouge_scorer().score(reference, text)
        for position, name in enumerate(("rouge1", "rouge2", "rougeL")):
            best[position] = max(best[position], float(scores[name].fmeasure))
    return best[0], best[1], best[2]


def bleu_counts(text: str, references: Sequence[str], cjk: bool) -> list[float]:
    """The 10 counts of BLEU.

    The lengths of the text and of the nearest reference; for n of 1 to 4 the n-grams that match;
    and all n-grams.
    """
    score = _bleu_metric(cjk).corpus_score([text], [[reference] for reference in references])
    return [score.sys_len, score.ref_len, *score.counts, *score.totals]


def bleu(counts: np.ndarray) -> np.ndarray:
    """BLEU (Papineni et al. 2002) from summed counts of shape (..., 10), from 0 to 100.

    Orders without a match are smoothed as by sacreBLEU's ``exp`` (Chen and Cherry 2014, method 3).
    """
    lengths, matches, totals = counts[..., :2], counts[..., 2:6], counts[..., 6:]
    missing = (matches == 0) & (totals > 0)
    smoothed = np.where(missing, 0.5 ** np.cumsum(missing, axis=-1), matches)
    precision = np.divide(smoothed, totals, out=np.zeros_like(smoothed, float), where=totals > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        brevity = np.minimum(0.0, 1 - lengths[..., 1] / lengths[..., 0])
        score = 100 * np.exp(brevity + np.log(precision).mean(axis=-1))
    has_match = (matches.sum(-1) > 0) & (totals > 0).all(-1)
    return np.where(has_match, np.nan_to_num(score), 0.0)


def chrf_counts(text: str, references: Sequence[str]) -> list[float]:
    """The 18 counts of chrF, against the reference that fits best.

    For n of 1 to 6: the character n-grams of the text, of the reference, and of both.
    """
    metric = _chrf_metric()
    best = max(references, key=lambda reference: metric.sentence_score(text, [reference]).score)
    counts: list[float] = []
    first, second = ("".join(each.split()) for each in (text, best))
    for n in range(1, CHRF_ORDER + 1):
        own = _character_ngrams(first, n)
        other = _character_ngrams(second, n)
        # As in sacreBLEU, n-grams count only where the reference is long enough to have some.
        counts += [own.total() if other else 0, other.total(), (own & other).total()]
    return counts


def _character_ngrams(text: str, n: int) -> Counter[str]:
    return Counter(text[start : start + n] for start in range(len(text) - n + 1))


def chrf(counts: np.ndarray) -> np.ndarray:
    """chrF2 (Popović 2015) from summed counts of shape (..., 18), from 0 to 100."""
    by_order = counts.reshape(*counts.shape[:-1], CHRF_ORDER, 3)
    own, other, shared = by_order[..., 0], by_order[..., 1], by_order[..., 2]
    zero = np.zeros_like(shared, float)
    precision = np.divide(shared, own, out=zero.copy(), where=own > 0)
    recall = np.divide(shared, other, out=zero.copy(), where=other > 0)
    counted = (own > 0) & (other > 0)
    orders = np.maximum(counted.sum(-1), 1)
    p = np.where(counted, precision, 0).sum(-1) / orders
    r = np.where(counted, recall, 0).sum(-1) / orders
    factor = CHRF_BETA**2
    denominator = factor * p + r
    score: np.ndarray = np.zeros_like(denominator)
    np.divide((1 + factor) * p * r, denominator, out=score, where=denominator > 0)
    return 100 * score


def likelihood_scores(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Mean log-likelihood of a token in nats, and perplexity.

    Perplexity is ``exp`` of the negative log-likelihood: lower is better, and 1 is certainty.
    ``counts`` has shape (..., 2): summed negative log-likelihood, and tokens.
    """
    mean = counts[..., 0] / np.maximum(counts[..., 1], 1)
    return {"log_likelihood": -mean, "perplexity": np.exp(np.minimum(mean, MAX_MEAN_NLL))}
