"""Everything that decides a recommender, in one frozen object."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RecommenderConfig(BaseModel):
    """How a recommender is built and how it answers. The defaults are meant to be left alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    embedding: str = Field(
        default="minilm-l6", description="Card or tuned encoder for the item texts."
    )
    liked: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="Share of the highest rating from which an item is liked.",
    )
    holdout: int = Field(
        default=5, ge=1, le=100, description="Last events of each user that the blend is tuned on."
    )
    users: int = Field(default=2000, ge=10, description="Users at most that the blend is tuned on.")

    factors: int = Field(default=64, ge=2, le=1024, description="Size of the behaviour embeddings.")
    regularization: float = Field(default=1.0, ge=0, description="Of the factorisation.")
    alpha: float = Field(default=4.0, gt=0, description="Weight of an event against none.")
    iterations: int = Field(default=15, ge=1, le=200, description="Rounds of the factorisation.")
    neighbours: int = Field(default=20, ge=1, le=1000, description="Neighbours kept of each item.")
    half_life_days: float = Field(
        default=180,
        gt=0,
        description="After so long an event counts half for what is popular of late.",
    )

    candidates: int = Field(
        default=150, ge=10, le=5000, description="Candidates taken from each source."
    )
    rounds: int = Field(default=200, ge=1, le=5000, description="Trees of the blend.")
    learning_rate: float = Field(default=0.03, gt=0, le=1, description="Of the blend.")
    leaves: int = Field(default=7, ge=2, le=255, description="Leaves of a tree of the blend.")

    ranker: bool = Field(
        default=True, description="Tune a text-ranking model and let it take part."
    )
    ranker_base: str = Field(
        default="minilm-l6", description="Card that the ranking model starts from."
    )
    ranker_pairs: int = Field(
        default=3000, ge=40, le=1_000_000, description="Pairs it is tuned on."
    )
    ranker_depth: int = Field(default=30, ge=5, le=500, description="Candidates that it reads.")
    ranker_users: int = Field(default=200, ge=10, description="Users on whom its weight is learnt.")

    diversity: float = Field(
        default=0.1, ge=0, le=1, description="0: only the best; 1: as unlike each other as can be."
    )
    seed: int = Field(default=13, description="Of everything that is drawn by chance.")
