"""A tuned model of any task as a LangChain LLM: text in, text out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.outputs import Generation, GenerationChunk, LLMResult
from langchain_huggingface import HuggingFacePipeline

from chainzoo.inference.predictor import Predictor
from chainzoo.langchain.task_llm import TaskLLM
from chainzoo.tasks import GenerationOptions, GenerativeTask, get_task
from chainzoo.tasks.predictions import TextOutput


class ZooLLM(TaskLLM, HuggingFacePipeline):
    """``HuggingFacePipeline`` for tasks that have no text-generation pipeline.

    The prompt's text is what is classified, tagged, summarized or translated; of a chat prompt it
    is the last human message (``chainzoo/langchain/task_llm.py`` has the rules). Generative models
    return their text, and take ``llm.bind(num_beams=4, max_new_tokens=60)``; all others return the
    prediction as one line of JSON, so that ``prompt | llm | JsonOutputParser()`` is a typed chain.
    """

    @classmethod
    def from_predictor(cls, predictor: Predictor) -> ZooLLM:
        """The LLM around a predictor."""
        return cls(
            pipeline=predictor, model_id=predictor.name or predictor.task, pipeline_kwargs={}
        )

    def task_name(self) -> str:
        """The name of the predictor's task."""
        return str(self.pipeline.task)

    @property
    def _llm_type(self) -> str:
        return "chainzoo"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_id": self.model_id, "task": self.task_name()}

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        predictions = self.pipeline.predict(prompts, **_generation_options(kwargs))
        texts = (cut_at_stop(as_text(prediction), stop) for prediction in predictions)
        return LLMResult(generations=[[Generation(text=text)] for text in texts])

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        """Pieces of the text as they are generated; a prediction in JSON is one chunk."""
        options = _generation_options(kwargs)
        if isinstance(get_task(self.task_name()), GenerativeTask) and not stop:
            pieces = self.pipeline.stream_text(prompt, **options)
        else:
            (prediction,) = self.pipeline.predict([prompt], **options)
            pieces = iter([cut_at_stop(as_text(prediction), stop)])
        for piece in pieces:
            chunk = GenerationChunk(text=piece)
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk


def _generation_options(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Those of ``GenerationOptions``: LangChain adds others of its own."""
    return {name: kwargs[name] for name in GenerationOptions.model_fields if name in kwargs}


def cut_at_stop(text: str, stop: list[str] | None) -> str:
    """``text`` up to the first of the stop sequences."""
    ends = [at for sequence in stop or () if (at := text.find(sequence)) >= 0]
    return text[: min(ends)] if ends else text


def as_text(prediction: Any) -> str:
    """Generated text as it is; any other prediction as one line of JSON."""
    if isinstance(prediction, TextOutput):
        return prediction.text
    return json.dumps(prediction.as_dict(), ensure_ascii=False)
