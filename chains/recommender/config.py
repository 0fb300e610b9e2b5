"""Settings of a recommender."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

RERANKER_TASK = "text-ranking"  # The task of the model that re-ranks candidates.


class RecommenderConfig(BaseModel):
    """How a recommender is trained and how it ranks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    embedding: str = Field(
        default="minilm-l6", description="Card or tuned encoder that embeds the item texts."
    )
    min_liked_rating: float = Field(
        default=0.7, gt=0, le=1, description="Share of the highest rating that counts as liked."
    )
    holdout: int = Field(
        default=5, ge=1, le=100, description="Last events of each user that the blend is fitted on."
    )
    max_users: int = Field(default=2000, ge=10, description="Users that the blend is fitted on.")

    factors: int = Field(
        default=64, ge=2, le=1024, description="Size of the collaborative factors."
    )
    regularization: float = Field(default=1.0, ge=0, description="Of the matrix factorization.")
    alpha: float = Field(default=4.0, gt=0, description="Confidence weight of an interaction.")
    iterations: int = Field(default=15, ge=1, le=200, description="Of the matrix factorization.")
    neighbours: int = Field(default=20, ge=1, le=1000, description="Neighbours kept of each item.")
    half_life_days: float = Field(
        default=180, gt=0, description="Age at which an event counts half for recent popularity."
    )

    candidates: int = Field(default=150, ge=10, le=5000, description="Candidates of each source.")
    num_trees: int = Field(default=200, ge=1, le=5000, description="Trees of the blend.")
    learning_rate: float = Field(default=0.03, gt=0, le=1, description="Of the blend.")
    num_leaves: int = Field(default=7, ge=2, le=255, description="Leaves of a tree of the blend.")

    reranker: bool = Field(
        default=True, description="Tune a text-ranking model that re-ranks the best candidates."
    )
    reranker_model: str = Field(
        default="minilm-l6", description="Card that the reranker is tuned from."
    )
    reranker_pairs: int = Field(
        default=3000, ge=40, le=1_000_000, description="Pairs that the reranker is tuned on."
    )
    reranker_depth: int = Field(default=30, ge=5, le=500, description="Candidates re-ranked.")
    reranker_users: int = Field(
        default=200, ge=10, description="Users that the weight of the reranker is chosen on."
    )

    diversity: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="0: by score alone; 1: as dissimilar as possible (MMR).",
    )
    seed: int = Field(default=13, description="Seed of all random choices.")
