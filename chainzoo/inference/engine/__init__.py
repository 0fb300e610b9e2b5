"""One engine for many tuned models that share the weights of their bases."""

from chainzoo.inference.engine.engine import Engine
from chainzoo.inference.engine.model_cache import CachedModel
from chainzoo.inference.engine.predictor import EnginePredictor
from chainzoo.inference.engine.stats import EngineStats

__all__ = ["CachedModel", "Engine", "EnginePredictor", "EngineStats"]
