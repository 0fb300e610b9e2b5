"""Settings of an extraction."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

ENTITY_TASK = "token-classification"  # The task of ``ExtractionConfig.entities``.


class ExtractionConfig(BaseModel):
    """Models and thresholds of an extraction.

    Without a model of relations, entities named in one sentence are related as co-occurring.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    entities: str = Field(min_length=1, description="Tuned model that tags entities.")
    relations: str | None = Field(
        default=None, description="Tuned model that classifies relations."
    )
    min_entity_score: float = Field(
        default=0.5, ge=0, le=1, description="Entities with a lower score are dropped."
    )
    min_relation_score: float = Field(
        default=0.5, ge=0, le=1, description="Relations with a lower score are dropped."
    )
    link_entities: bool = Field(
        default=True, description="Treat different spellings of a name as one entity."
    )
    batch_size: int = Field(default=64, ge=1, le=4096, description="Documents predicted at once.")
