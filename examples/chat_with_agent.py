"""Talk to the agent in code: two questions in one thread, answered with tools, offline."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from chainzoo import Zoo, create_zoo_agent

DATA = Path(__file__).parent / "data"


def main() -> None:
    """Send two questions; print the tools that were called and the answers."""
    # The embedded brain; `llm="openai:gpt-5-mini"` or any chat model takes its place.
    agent = create_zoo_agent(Zoo(), roots=[DATA])
    thread = {"configurable": {"thread_id": f"example-{uuid4().hex[:6]}"}}
    for text in (
        "Which models can classify English text in under 100 MB?",
        f"What is in {DATA / 'support_tickets.csv'}?",
    ):
        print(f"you> {text}")
        state = agent.invoke({"messages": [("user", text)]}, thread)
        calls = [call["name"] for m in state["messages"] for call in getattr(m, "tool_calls", [])]
        print(f"     (called {calls[-1]})")
        print(f"zoo> {state['messages'][-1].text}\n")


if __name__ == "__main__":
    main()
