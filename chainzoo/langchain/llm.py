"""A tuned model of any task as a LangChain LLM: text in, text out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.outputs import Generation, GenerationChunk, LLMResult
from langchain_huggingface import HuggingFacePipeline

from chainzoo.inference.predictor import Predictor
from chainzoo.tasks import GenerationOptions, GenerativeTask, get_task
from chainzoo.tasks.predictions import TextOutput


class ZooLLM(HuggingFacePipeline):
    """``HuggingFacePipeline`` for tasks that have no text-generation pipeline.

    A prompt's text is what is classified, tagged, summarised or translated. Models that write give
    their text, and take ``llm.bind(num_beams=4, max_new_tokens=60)``; all others give the
    prediction as one line of JSON, so that ``prompt | llm | JsonOutputParser()`` is a typed chain.
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
        answers = self.pipeline.predict(prompts, **_told(kwargs))
        texts = (_until(as_text(answer), stop) for answer in answers)
        return LLMResult(generations=[[Generation(text=text)] for text in texts])

    async def _agenerate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        return await asyncio.to_thread(lambda: self._generate(prompts, stop, **kwargs))

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        """Words as they are written; what a classifier says is one chunk."""
        told = _told(kwargs)
        if isinstance(get_task(self.pipeline.task), GenerativeTask) and not stop:
            pieces = self.pipeline.stream_text(prompt, **told)
        else:
            pieces = iter([_until(as_text(self.pipeline.predict([prompt], **told)[0]), stop)])
        for piece in pieces:
            chunk = GenerationChunk(text=piece)
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk


def _told(options: dict[str, Any]) -> dict[str, Any]:
    """Those that are ours: LangChain adds others of its own."""
    return {name: options[name] for name in GenerationOptions.model_fields if name in options}


def _until(text: str, stop: list[str] | None) -> str:
    places = [at for word in stop or () if (at := text.find(word)) >= 0]
    return text[: min(places)] if places else text


def as_text(prediction: Any) -> str:
    """What was written, as it is; any other prediction as one line of JSON."""
    if isinstance(prediction, TextOutput):
        return prediction.text
    return json.dumps(prediction.as_dict(), ensure_ascii=False)
