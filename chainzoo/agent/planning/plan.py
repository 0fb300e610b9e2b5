"""The plan of a fine-tuning that a person is asked to approve."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from chainzoo.agent.planning.cost import estimate_cost
from chainzoo.agent.planning.resolved import resolve_tuning

if TYPE_CHECKING:
    from chainzoo.zoo import Zoo


@dataclass(frozen=True, slots=True)
class TuningPlan:
    """One fine-tuning to approve.

    ``minutes`` and ``memory_mb`` are estimates, and ``basis`` says what they are based on.
    ``fingerprint`` is a hash of the file's content and all settings: another fingerprint is another
    plan, which needs an approval of its own.
    """

    data: str
    rows: int
    labels: int
    task: str
    model: str
    method: str
    epochs: float
    learning_rate: float | None
    batch_size: int | None
    name: str
    minutes: float
    memory_mb: int
    basis: str
    download_mb: float | None
    fingerprint: str

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        """The plan as a person reads it before approving."""
        epochs = "1 epoch" if self.epochs == 1 else f"{self.epochs:g} epochs"
        rate = f", learning rate {self.learning_rate:g}" if self.learning_rate else ""
        batch = f", batches of {self.batch_size}" if self.batch_size else ""
        minutes = "less than a minute" if self.minutes < 1 else f"about {self.minutes:.0f} min"
        download = f" {self.download_mb:,.0f} MB are downloaded first." if self.download_mb else ""
        return (
            f"Tune {self.model} ({self.method}) on {self.data}: {self.rows:,} rows, {self.labels}"
            f" labels, {self.task}, {epochs}{rate}{batch}; the model is named {self.name}. It takes"
            f" {minutes} and {self.memory_mb:,} MB of memory ({self.basis}).{download}"
        )


def plan_tuning(zoo: Zoo, data: str, **settings: Any) -> TuningPlan:
    """Plan a call of ``tune_model``; nothing is started and nothing is downloaded.

    The cost is that of an earlier run on the same content, or is measured with a few training
    steps, or, while the weights are not downloaded, follows from the size of the model.

    Raises:
        DataError, RecipeError, CatalogError: the call cannot be carried out as it is.
    """
    tuning = resolve_tuning(zoo.home, data, settings)
    cost = estimate_cost(zoo.home, tuning)
    recipe = tuning.recipe
    return TuningPlan(
        data=data,
        rows=len(tuning.table),
        labels=len(tuning.table.labels),
        task=recipe.task or "",
        model=recipe.model or "",
        method=recipe.method,
        epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        batch_size=recipe.batch_size,
        name=recipe.name or "",
        minutes=round(cost.seconds / 60, 2),
        memory_mb=round(cost.memory_mb / 10) * 10,
        basis=cost.basis,
        download_mb=None if tuning.base else tuning.card.size_mb,
        fingerprint=tuning.fingerprint,
    )


def plan_fingerprint(zoo: Zoo, data: str, **settings: Any) -> str:
    """The fingerprint of a plan, without its cost; the data is read once.

    Raises:
        DataError, RecipeError, CatalogError: as :func:`plan_tuning` does.
    """
    return resolve_tuning(zoo.home, data, settings).fingerprint
