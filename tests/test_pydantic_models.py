"""Pydantic models refuse unknown fields, so that a typing error is an error."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from pydantic import BaseModel

import chains
import chainzoo
from chainzoo.server.request_models import LenientModel, LenientRequest

LENIENT = (LenientModel, LenientRequest)
"""Requests of OpenAI's API: its clients send fields that ChainZoo does not know."""


def pydantic_models() -> Iterator[type[BaseModel]]:
    """The Pydantic models that the modules of both packages define."""
    for package in (chainzoo, chains):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            for item in vars(importlib.import_module(module.name)).values():
                is_own = inspect.isclass(item) and item.__module__ == module.name
                if is_own and issubclass(item, BaseModel):
                    yield item


def test_every_model_forbids_unknown_fields() -> None:
    models = list(pydantic_models())
    assert len(models) > 40
    lenient = [
        f"{model.__module__}.{model.__name__}"
        for model in models
        if model.model_config.get("extra") != "forbid" and not issubclass(model, LENIENT)
    ]
    assert lenient == []


def test_lenient_models_are_requests_of_the_openai_api() -> None:
    lenient = [model for model in pydantic_models() if issubclass(model, LENIENT)]
    places = ("chainzoo.server.request_models", "chainzoo.server.routes.openai.")
    assert all(model.__module__.startswith(places) for model in lenient)
    assert all(model.model_config.get("extra") == "ignore" for model in lenient)
