"""``transformers.Trainer`` with token-budget batches, a fused optimizer and the task's own metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.utils.data import DataLoader
from transformers import Trainer

from chainzoo import atomic
from chainzoo.errors import NotFiniteLossError
from chainzoo.tasks import Feature
from chainzoo.tuning.arguments import batch_sampler
from chainzoo.tuning.batches import TokenBudgetBatches
from chainzoo.tuning.methods import trainable_state
from chainzoo.tuning.recipe import Recipe

WEIGHTS = "model.safetensors"


class EpochLoader(DataLoader[Any]):
    """A data loader that tells its batch sampler which epoch it is."""

    def set_epoch(self, epoch: int) -> None:
        """Called by the trainer before each epoch."""
        sampler = self.batch_sampler
        assert isinstance(sampler, TokenBudgetBatches)
        sampler.set_epoch(epoch)


class ZooTrainer(Trainer):
    """One fine-tuning.

    ``score`` gives the scores of the model as it is; it is called where the trainer evaluates.
    Checkpoints hold what is learnt and nothing of the frozen base.
    """

    optimizer: Any
    control: Any

    def __init__(
        self, *, recipe: Recipe, score: Callable[[Any], Mapping[str, float]], **options: Any
    ) -> None:
        super().__init__(**options)
        self.recipe = recipe
        self.score = score
        # A token-budget batch is a step's whole work: its loss is a mean already.
        self.model_accepts_loss_kwargs = False

    def get_train_dataloader(self) -> Any:
        """Batches of like length; sharded between processes where there are several."""
        features: Sequence[Feature] = self.train_dataset
        loader = EpochLoader(
            features,  # type: ignore[arg-type]
            batch_sampler=batch_sampler(self.recipe, features),
            collate_fn=self.data_collator,
        )
        return self.accelerator.prepare(loader) if self.args.world_size > 1 else loader

    def create_optimizer(self, model: Any = None) -> Any:
        """AdamW in its fused form, or SGD; biases and norms do not decay."""
        if self.optimizer is not None:
            return self.optimizer
        decayed = set(self.get_decay_parameter_names(self.model))
        learnt = [(n, p) for n, p in self.model.named_parameters() if p.requires_grad]
        groups = [
            {
                "params": [p for n, p in learnt if n in decayed],
                "weight_decay": self.recipe.weight_decay,
            },
            {"params": [p for n, p in learnt if n not in decayed], "weight_decay": 0.0},
        ]
        rate = self.args.learning_rate
        optimizer: torch.optim.Optimizer
        if self.recipe.optimizer == "sgd":
            optimizer = torch.optim.SGD(groups, lr=rate, momentum=self.recipe.momentum)
        else:
            optimizer = torch.optim.AdamW(groups, lr=rate, fused=True)
        self.optimizer = optimizer
        return optimizer

    def training_step(self, *args: Any, **options: Any) -> torch.Tensor:
        """One step; a loss that is not a number ends the run with a sentence."""
        loss: torch.Tensor = super().training_step(*args, **options)
        if not torch.isfinite(loss):
            raise NotFiniteLossError(
                f"The loss became {loss.item()} at step {self.state.global_step + 1}.",
                remedy=(
                    f"Lower the learning rate (it was {self.args.learning_rate:g}), for example to "
                    f"{self.args.learning_rate / 5:g}, or set precision = 'float32'."
                ),
            )
        return loss

    def evaluate(self, *args: Any, **options: Any) -> dict[str, float]:
        """The task's scores on the examples held out."""
        self.model.eval()
        metrics = {f"eval_{name}": float(value) for name, value in self.score(self.model).items()}
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        self.model.train()
        return metrics

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        folder = Path(output_dir or str(self.args.output_dir))
        folder.mkdir(parents=True, exist_ok=True)
        write_weights(self.model, folder / WEIGHTS)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        read_weights(model or self.model, Path(resume_from_checkpoint) / WEIGHTS)


def write_weights(model: Any, path: Path) -> None:
    """What is learnt, beside and then renamed."""
    with atomic.file(path) as tmp_path:
        save_file(trainable_state(model), tmp_path)


def read_weights(model: Any, path: Path) -> None:
    """Put what was learnt back into ``model``."""
    model.load_state_dict(load_file(path), strict=False)
