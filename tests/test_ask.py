"""``chainzoo ask`` and ``chainzoo chat``: find, tune, evaluate and predict in the terminal."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chainzoo.agent.events import AgentEvent, ApprovalRequest, TextDelta
from chainzoo.cli import main
from chainzoo.cli.approval_prompt import parse_changes, prompt_decision
from chainzoo.cli.chat_turn import ChatTurn
from chainzoo.home import Home
from chainzoo.zoo import Zoo
from tests.reviews import write_reviews

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    write_reviews(folder)
    return folder


@pytest.fixture
def ask(
    stocked: Home, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Ask:
    """Runs the command in the working folder; gives the exit code and the turn."""
    monkeypatch.chdir(work)
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        with pytest.raises(SystemExit) as exit_info:
            main(["ask", *arguments, "--thread", "t", "--json"])
        return int(exit_info.value.code or 0), json.loads(capsys.readouterr().out)

    return run


def test_one_conversation_across_processes(ask: Ask) -> None:
    code, turn = ask("which English model under 100 MB for sentiment?")
    assert code == 0
    assert "minilm-l6" in turn["text"]
    code, turn = ask("tune minilm-l6 on reviews.csv, only the head, 2 epochs, name it mood-1")
    assert code == 3  # A plan waits for approval.
    assert "48 rows" in turn["approval_requests"][0]["plan"]
    code, turn = ask("--approve")
    assert code == 0
    assert turn["approval_requests"] == []
    assert "mood-1@1: accuracy" in turn["text"]
    code, turn = ask("how good is it on reviews.csv?")
    assert turn["tool_calls"] == [
        {"tool": "evaluate_model", "args": {"model": "mood-1", "data": "reviews.csv"}}
    ]
    code, turn = ask("它怎么看“we loved it”？")
    assert code == 0
    assert turn["tool_calls"][0]["args"] == {"model": "mood-1", "texts": ["we loved it"]}
    code, turn = ask("tune on /etc/passwd", "--yes", "--auto-approve-minutes", "5")
    assert code == 0
    assert turn["tool_results"][0]["failed"]
    assert "outside the allowed folders" in turn["tool_results"][0]["text"]


def test_chat_reads_a_request_a_line_and_prints_json_lines(
    stocked: Home, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(work)
    monkeypatch.setenv("CHAINZOO_HOME", str(stocked.root))
    lines = "hello\n\ntune minilm-l6 on reviews.csv with only the head\nno\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    with pytest.raises(SystemExit):
        main(["chat", "--json"])
    turns = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert turns[0]["tool_calls"] == []
    assert turns[1]["approval_requests"][0]["tool"] == "tune_model"
    assert turns[2]["tool_results"][0]["failed"]


class FakeConversation:
    """A conversation that asks for one approval after the other, and records the decisions."""

    thread = "t"

    def __init__(self, requests: list[ApprovalRequest]) -> None:
        self.requests = requests
        self.decisions: list[Any] = []

    def resume(self, decisions: Any) -> Iterator[AgentEvent]:
        self.decisions.append(decisions)
        yield self.requests.pop(0) if self.requests else TextDelta("Done.")


def test_a_turn_asks_until_nothing_waits_or_the_input_ends(home: Home) -> None:
    requests = [ApprovalRequest(str(n), "stop_run", {"run": "x"}, "Stop x.") for n in range(3)]
    conversation: Any = FakeConversation(requests[1:])
    turn = ChatTurn(Zoo(home), conversation, quiet=True)
    turn.show(iter(requests[:1]))
    answers = iter("y")

    def prompt(question: str) -> str:
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    turn.prompt_approvals(prompt)
    assert [request.id for request in turn.pending] == ["1"]
    assert [values["id"] for values in turn.as_dict()["approval_requests"]] == ["1"]
    turn.prompt_approvals(lambda question: "n")
    assert turn.pending == []
    assert turn.as_dict()["text"] == "Done."
    kinds = [kind["type"] for decision in conversation.decisions for kind in decision.values()]
    assert kinds == ["approve", "reject", "reject"]


def test_an_approval_is_answered_by_yes_no_or_changed_arguments() -> None:
    request = ApprovalRequest("1", "tune_model", {"data": "a.csv", "epochs": 3}, "a plan")
    answers = iter(["what?", "epochs=7, name=x"])
    assert prompt_decision(request, lambda _: next(answers)) == {
        "type": "edit",
        "edited_action": {
            "name": "tune_model",
            "args": {"data": "a.csv", "epochs": 7, "name": "x"},
        },
    }
    assert prompt_decision(request, lambda _: "是") == {"type": "approve"}
    assert prompt_decision(request, lambda _: "N")["type"] == "reject"
    assert parse_changes("epochs=3 twice") == {}
