"""A server's tuned model as a LangChain LLM."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.outputs import Generation, LLMResult
from pydantic import ConfigDict, Field, PrivateAttr

from chainzoo.client.predictor import PREDICT
from chainzoo.client.transport import Transport
from chainzoo.langchain.task_llm import TaskLLM


class RemoteLLM(TaskLLM):
    """Text in; generated text, or the prediction as one line of JSON, out.

    Chat prompts are read as ``ZooLLM`` reads them. A batch is one request.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    transport: Transport = Field(exclude=True, repr=False)
    model: str
    _task: str = PrivateAttr(default="")

    def task_name(self) -> str:
        """The name of the model's task; the server is asked once.

        Raises:
            RemoteError: the server has no such model.
        """
        if not self._task:
            response = self.transport.post(PREDICT, {"model": self.model, "inputs": []})
            self._task = str(response["task"])
        return self._task

    @property
    def _llm_type(self) -> str:
        return "chainzoo-remote"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "url": self.transport.url}

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        body = {"model": self.model, "prompt": prompts, "stop": stop or None, **kwargs}
        choices = self.transport.post("/v1/completions", body)["choices"]
        choices.sort(key=lambda choice: int(choice["index"]))
        return LLMResult(generations=[[Generation(text=str(c["text"]))] for c in choices])
