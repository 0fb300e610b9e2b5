"""Scores during training."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainzoo.metrics.generation import likelihood_scores


def test_perplexity_is_the_exponential_of_the_mean_of_all_tokens() -> None:
    scores = likelihood_scores(np.array([[3.0, 1.0], [1.0, 3.0]]).sum(axis=0))
    assert scores["log_likelihood"] == pytest.approx(-1.0)
    assert scores["perplexity"] == pytest.approx(math.e)


def test_a_huge_loss_gives_a_finite_perplexity() -> None:
    assert math.isfinite(likelihood_scores(np.array([1e6, 1.0]))["perplexity"])
