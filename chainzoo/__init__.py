"""ChainZoo: find, fine-tune, evaluate and call models, from Python, a terminal or a conversation.

>>> from chainzoo import Zoo
>>> zoo = Zoo()
>>> model = zoo.tune("tickets.csv", method="lora").wait()
>>> zoo.predictor(model.ref).invoke("Where is my parcel?").label

The names in ``__all__`` are the public interface. Each is imported when it is first used, so that
``import chainzoo`` takes milliseconds.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainzoo import atomic, hashing
    from chainzoo.agent.assistant import create_zoo_agent
    from chainzoo.agent.brain import ZooBrain
    from chainzoo.agent.toolkit import ZooToolkit
    from chainzoo.catalog import Catalog, ModelCard
    from chainzoo.client.remote_zoo import RemoteZoo
    from chainzoo.data import ReadOptions
    from chainzoo.data.duplicates import group_duplicates
    from chainzoo.data.language import detect_language
    from chainzoo.data.rows import read_rows
    from chainzoo.errors import (
        ChainZooError,
        DataError,
        FetchError,
        MissingExtraError,
        PredictionError,
        UnknownModelError,
    )
    from chainzoo.evaluation import Report
    from chainzoo.inference.engine import Engine
    from chainzoo.inference.predictor import Predictor
    from chainzoo.inference.require_task import require_task
    from chainzoo.inference.runnable import PredictionRunnable
    from chainzoo.langchain.chat import ChatZoo
    from chainzoo.langchain.llm import ZooLLM
    from chainzoo.langchain.relations import RelationExtractor, Triple
    from chainzoo.metrics.words import sentence_spans
    from chainzoo.pipeline import TuningJob, fine_tune
    from chainzoo.registry import ModelRecord, Registry
    from chainzoo.retrieval.documents import read_documents
    from chainzoo.retrieval.keywords import KeywordIndex
    from chainzoo.retrieval.search import read_passages
    from chainzoo.runs import Run
    from chainzoo.tasks import Entity, TextPrediction, TokenPrediction
    from chainzoo.tuning import Recipe
    from chainzoo.zoo import Zoo

__version__ = "0.1.0"

_PUBLIC_MODULES = ("atomic", "hashing")
# Name to the module below ``chainzoo`` that defines it.
_DEFINED_IN = {
    "Catalog": "catalog",
    "ChainZooError": "errors",
    "ChatZoo": "langchain.chat",
    "DataError": "errors",
    "Engine": "inference.engine",
    "Entity": "tasks",
    "FetchError": "errors",
    "KeywordIndex": "retrieval.keywords",
    "MissingExtraError": "errors",
    "ModelCard": "catalog",
    "ModelRecord": "registry",
    "PredictionError": "errors",
    "PredictionRunnable": "inference.runnable",
    "Predictor": "inference.predictor",
    "ReadOptions": "data",
    "Recipe": "tuning",
    "Registry": "registry",
    "RelationExtractor": "langchain.relations",
    "RemoteZoo": "client.remote_zoo",
    "Report": "evaluation",
    "Run": "runs",
    "TextPrediction": "tasks",
    "TokenPrediction": "tasks",
    "Triple": "langchain.relations",
    "TuningJob": "pipeline",
    "UnknownModelError": "errors",
    "Zoo": "zoo",
    "ZooBrain": "agent.brain",
    "ZooLLM": "langchain.llm",
    "ZooToolkit": "agent.toolkit",
    "create_zoo_agent": "agent.assistant",
    "fine_tune": "pipeline",
    "group_duplicates": "data.duplicates",
    "detect_language": "data.language",
    "read_documents": "retrieval.documents",
    "read_passages": "retrieval.search",
    "read_rows": "data.rows",
    "require_task": "inference.require_task",
    "sentence_spans": "metrics.words",
}

__all__ = [
    "Catalog",
    "ChainZooError",
    "ChatZoo",
    "DataError",
    "Engine",
    "Entity",
    "FetchError",
    "KeywordIndex",
    "MissingExtraError",
    "ModelCard",
    "ModelRecord",
    "PredictionError",
    "PredictionRunnable",
    "Predictor",
    "ReadOptions",
    "Recipe",
    "Registry",
    "RelationExtractor",
    "RemoteZoo",
    "Report",
    "Run",
    "TextPrediction",
    "TokenPrediction",
    "Triple",
    "TuningJob",
    "UnknownModelError",
    "Zoo",
    "ZooBrain",
    "ZooLLM",
    "ZooToolkit",
    "atomic",
    "create_zoo_agent",
    "detect_language",
    "fine_tune",
    "group_duplicates",
    "hashing",
    "read_documents",
    "read_passages",
    "read_rows",
    "require_task",
    "sentence_spans",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC_MODULES:
        return importlib.import_module(f"chainzoo.{name}")
    if name not in _DEFINED_IN:
        raise AttributeError(f"module 'chainzoo' has no attribute {name!r}")
    return getattr(importlib.import_module(f"chainzoo.{_DEFINED_IN[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
