"""One engine, many tuned models on one base."""

from chainzoo.inference.engine.engine import Engine, EngineStats
from chainzoo.inference.engine.model_cache import CachedModel
from chainzoo.inference.engine.predictor import EnginePredictor

__all__ = ["CachedModel", "Engine", "EnginePredictor", "EngineStats"]
