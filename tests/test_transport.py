"""Server-sent events and refusals, as a server that is not ours might send them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from chainzoo.client.predictor import parse_prediction
from chainzoo.client.transport import Transport
from chainzoo.errors import RemoteError
from chainzoo.tasks.predictions import Entity, TokenPrediction


def transport(content: bytes, *, status: int = 200, kind: str = "text/event-stream") -> Transport:
    """A transport whose server always sends the same response."""

    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"content-type": kind}, content=content)

    made = Transport("http://server", None, 5.0, 0)
    made.client = httpx.Client(base_url="http://server", transport=httpx.MockTransport(respond))
    return made


def events(content: bytes, **options: Any) -> list[Any]:
    return list(transport(content, **options).stream("/v1/chat/completions", {}))


def test_events_are_read_up_to_the_end_mark() -> None:
    content = b': a comment\n\ndata: {"n": 1}\n\ndata: {"n":\ndata: 2}\r\n\r\ndata: [DONE]\n\nx'
    assert events(content) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_a_line_separator_inside_an_event_does_not_end_it(separator: str) -> None:
    content = f'data: {{"text": "a{separator}b"}}\n\ndata: [DONE]\n\n'.encode()
    assert events(content) == [{"text": f"a{separator}b"}]


def test_an_error_event_and_a_refusal_are_errors() -> None:
    with pytest.raises(RemoteError, match="out of memory"):
        events(b'data: {"error": {"message": "out of memory"}}\n\n')
    refusal = b'{"error": {"message": "Busy.", "code": "busy"}}'
    with pytest.raises(RemoteError, match="Busy") as refused:
        events(refusal, status=429, kind="application/json")
    assert (refused.value.status, refused.value.code) == (429, "busy")
    with pytest.raises(RemoteError, match=r"answered 502.*ChainZoo server"):
        events(b"<html>", status=502, kind="text/html")
    with pytest.raises(RemoteError, match=r"text/event-stream.*ChainZoo server"):
        events(b"<html>", kind="text/html")


def test_a_prediction_is_read_by_its_task() -> None:
    entity = {"text": "Ann", "label": "PER", "start": 0, "end": 3, "score": 1}
    value = {"entities": [entity], "tags": ["B-PER"], "scores": [0.5]}
    expected = TokenPrediction((Entity("Ann", "PER", 0, 3, 1.0),), ("B-PER",), (0.5,))
    assert parse_prediction("token-classification", value) == expected
    with pytest.raises(RemoteError, match=r"does not fit token-classification: tags.*same version"):
        parse_prediction("token-classification", {"entities": [], "scores": []})
    with pytest.raises(RemoteError, match="more"):
        parse_prediction("text-ranking", {"score": 1.0, "more": 2})
    with pytest.raises(RemoteError, match="not installed here"):
        parse_prediction("urgency", {"score": 1.0})
