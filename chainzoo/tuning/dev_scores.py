"""Score a model on the evaluation examples while it is trained."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainzoo.modeling.precision import Precision
from chainzoo.tasks import GenerativeTask
from chainzoo.tuning.encoding import EncodedData
from chainzoo.tuning.forward import likelihoods, logits

MAX_EXPONENT = 700.0  # exp() of more overflows a float64.


@dataclass(frozen=True, slots=True)
class DevScorer:
    """Compute the task's scores of a model on the evaluation examples; the first score decides.

    A generative model is scored by the likelihood of the true texts: generating texts after each
    epoch would take longer than training.
    """

    encoded: EncodedData
    precision: Precision

    def __call__(self, model: Any) -> dict[str, float]:
        """Return the scores by name."""
        import torch

        device = next(model.parameters()).device.type
        dtype = getattr(torch, self.precision)
        with torch.autocast(device, dtype, enabled=dtype != torch.float32):
            if isinstance(self.encoded.task, GenerativeTask):
                return self._likelihood_scores(model)
            return self._task_scores(model)

    def _likelihood_scores(self, model: Any) -> dict[str, float]:
        encoded, labels = self.encoded, self.encoded.data.labels
        return perplexity(likelihoods(model, encoded.task, encoded.dev, labels, encoded.pad_id))

    def _task_scores(self, model: Any) -> dict[str, float]:
        encoded, task = self.encoded, self.encoded.task
        dev, labels = encoded.data.dev, encoded.data.labels
        rows = logits(model, task, encoded.dev, labels, encoded.pad_id)
        predictions = task.decode(rows, encoded.dev, dev, labels)
        counts = task.sufficient_statistics(dev, predictions, labels).sum(axis=0)
        return {name: float(value) for name, value in task.scores(counts, labels).items()}


def perplexity(likelihoods: np.ndarray) -> dict[str, float]:
    """Return the mean log-likelihood of a token in nats, and the perplexity, its exponential.

    ``likelihoods`` has shape (features, 2): negative log-likelihood and number of tokens.
    """
    nll, tokens = (float(value) for value in likelihoods.sum(axis=0))
    mean = nll / max(tokens, 1.0)
    return {"log_likelihood": -mean, "perplexity": math.exp(min(mean, MAX_EXPONENT))}
