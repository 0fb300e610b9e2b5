"""Score a model on the evaluation examples while it is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chainzoo.metrics.generation import likelihood_scores
from chainzoo.modeling.precision import Precision
from chainzoo.tasks import GenerativeTask
from chainzoo.tuning.encoding import EncodedData
from chainzoo.tuning.forward import likelihoods, logits


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
        rows = likelihoods(model, encoded.task, encoded.dev, labels, encoded.pad_id)
        scores = likelihood_scores(rows.sum(axis=0))
        return {name: float(value) for name, value in scores.items()}

    def _task_scores(self, model: Any) -> dict[str, float]:
        encoded, task = self.encoded, self.encoded.task
        dev, labels = encoded.data.dev, encoded.data.labels
        rows = logits(model, task, encoded.dev, labels, encoded.pad_id)
        predictions = task.decode(rows, encoded.dev, dev, labels)
        counts = task.sufficient_statistics(dev, predictions, labels).sum(axis=0)
        return {name: float(value) for name, value in task.scores(counts, labels).items()}
