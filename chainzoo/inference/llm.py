"""A tuned classifier or tagger as a LangChain LLM: text in, JSON text out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.outputs import Generation, GenerationChunk, LLMResult
from langchain_huggingface import HuggingFacePipeline

from chainzoo.inference.predictor import Predictor


class ZooLLM(HuggingFacePipeline):
    """``HuggingFacePipeline`` for tasks that have no text-generation pipeline.

    A prompt's text is what is classified or tagged; the answer is the prediction as one line of
    JSON, so that ``prompt | llm | JsonOutputParser()`` is a typed chain.
    """

    @classmethod
    def of(cls, predictor: Predictor) -> ZooLLM:
        """The LLM around a predictor."""
        return cls(
            pipeline=predictor, model_id=predictor.name or predictor.task, pipeline_kwargs={}
        )

    @property
    def _llm_type(self) -> str:
        return "chainzoo"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_id": self.model_id, "task": self.pipeline.task}

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        answers = self.pipeline.predict(prompts)
        return LLMResult(generations=[[Generation(text=as_json(answer))] for answer in answers])

    async def _agenerate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        return await asyncio.to_thread(self._generate, prompts, stop)

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        """The whole answer as one chunk: a classifier has no words to give one by one."""
        chunk = GenerationChunk(text=as_json(self.pipeline.predict([prompt])[0]))
        if run_manager:
            run_manager.on_llm_new_token(chunk.text, chunk=chunk)
        yield chunk


def as_json(prediction: Any) -> str:
    """A prediction as one line of JSON."""
    return json.dumps(prediction.as_dict(), ensure_ascii=False)
