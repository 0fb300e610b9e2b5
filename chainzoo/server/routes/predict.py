"""``/v1/predict``: typed predictions of a tuned model of any task."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from chainzoo.registry import ModelRecord
from chainzoo.server.image_inputs import images_as_files
from chainzoo.server.json_response import SafeJSONResponse
from chainzoo.server.request_models import ModelName, StrictModel, StrictRequest
from chainzoo.server.services import Services, get_services
from chainzoo.tasks import get_task
from chainzoo.tasks.predictions import (
    AnswerPrediction,
    RankingPrediction,
    RelationPrediction,
    TextOutput,
    TextPrediction,
    TokenPrediction,
)

ROUTE = "/v1/predict"
PredictInput = str | dict[str, Any]
router = APIRouter(tags=["ChainZoo"])


class PredictRequest(StrictRequest):
    """Inputs for a tuned model: texts, or objects with the fields that its task needs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "tickets@production", "inputs": ["my card was charged twice"]},
                {"model": "reader", "inputs": [{"question": "Who?", "context": "Ada did it."}]},
            ]
        }
    )

    model: ModelName
    inputs: str | list[PredictInput]
    options: dict[str, Any] = Field(
        default_factory=dict,
        description="Options for models that generate text, such as `num_beams`.",
    )

    @property
    def items(self) -> list[PredictInput]:
        """The inputs as a list."""
        return [self.inputs] if isinstance(self.inputs, str) else self.inputs


class PredictResponse(StrictModel):
    """The version of the model that answered, its task, and one prediction per input."""

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


@router.post(ROUTE, response_model=PredictResponse, summary="Predict with a tuned model")
async def create_predictions(request: Request, body: PredictRequest) -> Response:
    """Call a tuned model of any task: one typed prediction per input, in their order.

    Inputs are what the task needs: texts; `{"question": …, "context": …}` for question
    answering; `{"query": …, "item": …}` for ranking; images as `data:image/png;base64,…`.
    """
    services = get_services(request)
    items = body.items
    services.check_input_size(len(items), _count_characters(items), "inputs")
    # Looked up in the event loop: a thread would cost more than the cached lookup.
    record = services.models.tuned(body.model)
    services.record(request, ROUTE, len(items), items, model=record.ref)
    predictions = await predict(services, request, record, items, body.options)
    values = [asdict(prediction) for prediction in predictions]
    return SafeJSONResponse({"model": record.ref, "task": record.task, "predictions": values})


async def predict(
    services: Services,
    request: Request,
    record: ModelRecord,
    items: list[Any],
    options: dict[str, Any],
) -> list[Any]:
    """The predictions of a tuned model, while the client waits for them.

    Raises:
        APIError: 429, too many predictions are in progress; 408, the time is up; 499, the client
            disconnected.
        PredictionError: an input or an option does not fit the task.
    """
    if not items:
        return []
    if get_task(record.task).reads_images:
        return await services.run(
            request, services.predictions, lambda: _predict_images(services, record, items)
        )
    slot = services.predictions.acquire()
    try:
        future = services.backend.submit(record.ref, items, **options)
    except BaseException:
        slot.release()
        raise
    future.add_done_callback(slot.release)
    return await services.wait(request, asyncio.wrap_future(future))


def _predict_images(services: Services, record: ModelRecord, items: list[Any]) -> list[Any]:
    with images_as_files(items) as paths:
        return services.backend.submit(record.ref, paths).result()


def _count_characters(items: list[PredictInput]) -> int:
    return sum(len(item if isinstance(item, str) else json.dumps(item)) for item in items)
