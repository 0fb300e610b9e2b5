"""``transformers.Trainer`` with token-budget batches, a fused optimizer and the task's scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import Trainer

from chainzoo.errors import NotFiniteLossError
from chainzoo.tasks import Feature
from chainzoo.tuning.arguments import batch_sampler
from chainzoo.tuning.recipe import Recipe
from chainzoo.tuning.trainable_weights import load_trainable, save_trainable

WEIGHTS_FILE = "model.safetensors"
LOWER_RATE_FACTOR = 5


class EpochDataLoader(DataLoader[Any]):
    """A data loader that passes the number of the epoch on to its batch sampler."""

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch; the trainer calls this before each one."""
        sampler: Any = self.batch_sampler
        sampler.set_epoch(epoch)


class ZooTrainer(Trainer):
    """Trains with the batches and the optimizer of a recipe.

    ``score`` returns the scores of the model as it is; the trainer's evaluations call it.
    Checkpoints hold the trainable weights and nothing of the frozen base.
    """

    optimizer: Any
    control: Any

    def __init__(
        self, *, recipe: Recipe, score: Callable[[Any], Mapping[str, float]], **options: Any
    ) -> None:
        super().__init__(**options)
        self.recipe = recipe
        self.score = score
        # The loss of a batch is a mean already, and not to be divided by the number of items.
        self.model_accepts_loss_kwargs = False

    def get_train_dataloader(self) -> Any:
        """Return batches of similar length, sharded when there are several processes."""
        features: Sequence[Feature] = self.train_dataset
        loader = EpochDataLoader(
            features,  # type: ignore[arg-type]
            batch_sampler=batch_sampler(self.recipe, features),
            collate_fn=self.data_collator,
        )
        return self.accelerator.prepare(loader) if self.args.world_size > 1 else loader

    def create_optimizer(self, model: Any = None) -> Any:
        """Create fused AdamW, or SGD; biases and norms do not decay."""
        if self.optimizer is not None:
            return self.optimizer
        decayed = set(self.get_decay_parameter_names(self.model))
        named = [(name, p) for name, p in self.model.named_parameters() if p.requires_grad]
        groups = [
            {
                "params": [p for name, p in named if name in decayed],
                "weight_decay": self.recipe.weight_decay,
            },
            {"params": [p for name, p in named if name not in decayed], "weight_decay": 0.0},
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
        """Do one step and return its loss.

        Raises:
            NotFiniteLossError: the loss is NaN or infinite.
        """
        loss: torch.Tensor = super().training_step(*args, **options)
        if not torch.isfinite(loss):
            rate = self.args.learning_rate
            raise NotFiniteLossError(
                f"The loss became {loss.item()} at step {self.state.global_step + 1}.",
                remedy=(
                    f"Lower the learning rate (it was {rate:g}), for example to"
                    f" {rate / LOWER_RATE_FACTOR:g}, or set precision = 'float32'."
                ),
            )
        return loss

    def evaluate(self, *args: Any, **options: Any) -> dict[str, float]:
        """Return the task's scores on the evaluation examples, and inform the callbacks."""
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
        save_trainable(self.model, folder / WEIGHTS_FILE)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        load_trainable(model or self.model, Path(resume_from_checkpoint) / WEIGHTS_FILE)
