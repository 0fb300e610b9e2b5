"""One engine, many tuned models on one base."""

from chainzoo.inference.engine.engine import Engine, EngineStats
from chainzoo.inference.engine.predictor import EnginePredictor
from chainzoo.inference.engine.shelf import Loaded

__all__ = ["Engine", "EnginePredictor", "EngineStats", "Loaded"]
