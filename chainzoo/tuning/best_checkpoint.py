"""The best weights of a run so far, on disk with their score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainzoo import atomic
from chainzoo.tuning.trainable_weights import load_trainable, save_trainable


class BestCheckpoint:
    """Keeps the best weights in ``folder``, where a resumed run finds them again."""

    def __init__(self, folder: Path) -> None:
        self.weights, self.record = folder / "best.safetensors", folder / "best.json"

    def read(self) -> dict[str, float] | None:
        """Return ``score`` and ``epoch`` of the best weights; ``None`` before the first."""
        if not self.record.exists():
            return None
        return dict(json.loads(self.record.read_text(encoding="utf-8")))

    def update(self, model: Any, score: float, epoch: float) -> None:
        """Save the trainable weights of ``model`` when ``score`` is the highest so far."""
        best = self.read()
        if best is not None and score <= best["score"]:
            return
        save_trainable(model, self.weights)
        atomic.write_text(self.record, json.dumps({"score": score, "epoch": epoch}))

    def restore(self, model: Any) -> None:
        """Load the best weights into ``model``; nothing happens before the first evaluation."""
        if self.weights.exists():
            load_trainable(model, self.weights)

    def reset(self) -> None:
        """Forget the score of an earlier run in the same folder."""
        self.record.unlink(missing_ok=True)
