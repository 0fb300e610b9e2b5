"""Run the training loop: steps, checkpoints, events, and the best weights at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chainzoo.errors import OutOfMemoryError, RunStoppedError, TuningError
from chainzoo.tuning.arguments import last_checkpoint, training_arguments
from chainzoo.tuning.context import RunContext
from chainzoo.tuning.encoding import EncodedData
from chainzoo.tuning.recipe import DEFAULT_BATCH_TOKENS, Recipe

MIN_BATCH_TOKENS = 16


def train(
    model: Any,
    recipe: Recipe,
    encoded: EncodedData,
    score: Callable[[Any], Mapping[str, float]],
    context: RunContext,
) -> list[dict[str, Any]]:
    """Train ``model`` in place and leave its best weights in it; return the history.

    The history has one dict for each logged step and each evaluation, in order.

    Raises:
        RunStoppedError: ``context.should_stop`` returned true; a checkpoint was saved.
        NotFiniteLossError: the loss became NaN or infinite.
    """
    from chainzoo.tuning.best_checkpoint import BestCheckpoint
    from chainzoo.tuning.callbacks import RunCallback
    from chainzoo.tuning.trainer import ZooTrainer

    checkpoint = last_checkpoint(context.workdir) if context.resume else None
    best = BestCheckpoint(context.workdir)
    if checkpoint is None:
        best.reset()
    callback = RunCallback(context, best, recipe.patience)
    trainer = ZooTrainer(
        recipe=recipe,
        score=score,
        model=model,
        args=training_arguments(recipe, encoded.train, context.workdir),
        train_dataset=encoded.train,
        eval_dataset=encoded.train,  # Required by the Trainer; `score` has its own examples.
        data_collator=encoded.collate,
        callbacks=[callback],
    )
    trainer.remove_callback(_printer_callback())
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    if callback.stopped:
        raise RunStoppedError(
            f"Stopped at step {trainer.state.global_step} of {trainer.state.max_steps}.",
            remedy="Continue with --resume.",
        )
    best.restore(model)
    return callback.history


def _printer_callback() -> Any:
    from transformers.trainer_callback import PrinterCallback

    return PrinterCallback


@contextmanager
def translate_out_of_memory(recipe: Recipe) -> Iterator[None]:
    """Raise ``OutOfMemoryError`` for the errors by which Python, torch and CUDA report it."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, TuningError):
            raise
        text = str(error).lower()
        if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate" in text:
            batch_tokens = recipe.batch_tokens or DEFAULT_BATCH_TOKENS
            raise OutOfMemoryError(
                f"Out of memory with batches of {batch_tokens} tokens.",
                remedy=(
                    f"Lower batch_tokens to {max(batch_tokens // 2, MIN_BATCH_TOKENS)}, use --method lora, or choose a smaller"
                    " model."
                ),
            ) from None
        raise
