"""A tuned model as a tool in an agent of your own; the chat model here follows a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

from chainzoo import Zoo

TICKETS = Path(__file__).parent / "data" / "support_tickets.csv"


class ScriptedModel(GenericFakeChatModel):
    """Calls the tool with the message, then states its result. Put your own chat model here."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *rest: Any, **kwargs: Any) -> ChatResult:
        last = messages[-1]
        if isinstance(last, ToolMessage):
            answer = AIMessage(f"Thank you. I have passed it on to the people for {last.text}.")
        else:
            call = {"name": "sort_ticket", "args": {"text": last.text}, "id": "call-1"}
            answer = AIMessage("", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=answer)])


def main() -> None:
    """Tune a model, wrap it as a tool, and let an agent call it."""
    zoo = Zoo()
    model = zoo.tune(TICKETS, model="minilm-l6", method="head", epochs=4, name="sorter").wait()
    predictor = zoo.predictor(model.ref)

    @tool
    def sort_ticket(text: str) -> str:
        """Which department a customer's message is for."""
        return str(predictor.invoke(text).label)

    agent = create_agent(ScriptedModel(messages=iter(())), tools=[sort_ticket])
    state = agent.invoke({"messages": [("user", "My card was charged twice on this invoice")]})
    for message in state["messages"]:
        calls = getattr(message, "tool_calls", [])
        print(f"{message.type}: {message.text or calls[0]['args']}")


if __name__ == "__main__":
    main()
