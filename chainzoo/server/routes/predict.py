"""``/v1/predict``: typed predictions of any task, many at once."""

from __future__ import annotations

import base64
import binascii
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chainzoo.errors import PredictionError
from chainzoo.registry import ModelRecord
from chainzoo.server.concurrency import no_stop, while_wanted
from chainzoo.server.errors import Json
from chainzoo.server.openai_schemas import Body, Name
from chainzoo.server.services import Services
from chainzoo.tasks.predictions import (
    AnswerPrediction,
    RankingPrediction,
    RelationPrediction,
    TextOutput,
    TextPrediction,
    TokenPrediction,
)

ROUTE = "/v1/predict"
PICTURES = "image-classification"
Input = str | dict[str, Any]


class PredictRequest(Body):
    """Which model, on what. Options are for models that write, such as ``num_beams``."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"model": "tickets@production", "inputs": ["my card was charged twice"]},
                {"model": "reader", "inputs": [{"question": "Who?", "context": "Ada did it."}]},
            ]
        },
    )

    model: Name
    inputs: str | list[Input]
    options: dict[str, Any] = Field(default_factory=dict)

    @property
    def items(self) -> list[Input]:
        """The inputs as a list."""
        return [self.inputs] if isinstance(self.inputs, str) else self.inputs


class PredictAnswer(BaseModel):
    """The version that answered, its task, and a prediction for each input."""

    model: str
    task: str
    predictions: list[
        TextPrediction
        | TokenPrediction
        | RelationPrediction
        | AnswerPrediction
        | RankingPrediction
        | TextOutput
    ]


def routes(services: Services) -> APIRouter:
    """The routes of this module."""
    router = APIRouter(tags=["ChainZoo"])

    @router.post(ROUTE, response_model=PredictAnswer, summary="Typed predictions of any task")
    async def predict_(request: Request, told: PredictRequest) -> Response:
        items = told.items
        services.check_inputs(len(items), characters_of(items), "inputs")
        record = services.shelf.tuned(told.model)
        services.note(request, ROUTE, len(items), items, model=record.ref)
        found = await predict(services, request, record, items, told.options)
        told_plainly = [asdict(one) for one in found]
        return Json({"model": record.ref, "task": record.task, "predictions": told_plainly})

    return router


async def predict(
    services: Services,
    request: Request,
    record: ModelRecord,
    items: list[Any],
    options: dict[str, Any],
) -> list[Any]:
    """The predictions of a tuned model, inside the gate, as long as the client is there."""
    if not items:
        return []
    if record.task == PICTURES:
        return await services.do(
            request, services.predictions, lambda: _on_pictures(services, record, items)
        )
    permit = services.predictions.enter()
    try:
        future = services.models.submit(record.ref, items, **options)
    except BaseException:
        permit.release()
        raise
    future.add_done_callback(permit.release)
    return await while_wanted(request, future, services.settings.seconds, no_stop)


def characters_of(items: list[Any]) -> int:
    """How long all inputs are together."""
    return sum(len(one if isinstance(one, str) else json.dumps(one)) for one in items)


def _on_pictures(services: Services, record: ModelRecord, items: list[Any]) -> list[Any]:
    with _files(items) as paths:
        return services.models.submit(record.ref, paths).result()


@contextmanager
def _files(items: list[Any]) -> Iterator[list[str]]:
    """Pictures that came as data URLs, as files: a path of the server's is never taken."""
    with tempfile.TemporaryDirectory(prefix="chainzoo-") as folder:
        paths = []
        for at, item in enumerate(items):
            value = item.get("image") if isinstance(item, dict) else item
            head, _, body = str(value).partition(",")
            if not head.startswith("data:image/") or not head.endswith(";base64"):
                raise PredictionError(
                    f"Input {at + 1} is no picture.",
                    remedy="Send it as data:image/png;base64,…",
                )
            path = Path(folder) / str(at)
            try:
                path.write_bytes(base64.b64decode(body, validate=True))
            except (binascii.Error, ValueError):
                raise PredictionError(f"Input {at + 1} is not base64.") from None
            paths.append(str(path))
        yield paths
