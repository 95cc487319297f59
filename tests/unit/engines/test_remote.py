"""A larger model behind an endpoint: asked for JSON, asked again where that may help, and never trusted."""

import socket
import time
from typing import Any

import pytest

from tests.endpoint import Endpoint, Reply, say
from udf.engines.chat import NoAnswerError
from udf.engines.remote import PATIENCE, TRIES, EndpointError, RemoteEngine
from udf.language.chat import answer_schema

PROMPT = "line 852\nLIN**UP*012345678905\nZA*QS*5*EA\n"
ANSWER = '{"records":[{"quantity":"5"}]}'


def engine_for(endpoint: Endpoint, **options: Any) -> RemoteEngine:
    return RemoteEngine(endpoint.url, "some-model", pause=0.0, **options)


def test_the_endpoint_is_asked_for_the_contract_and_its_answer_comes_back() -> None:
    with Endpoint(lambda _: say(ANSWER)) as endpoint:
        engine = engine_for(endpoint, api_key="secret")
        assert engine.ask("line", PROMPT) == ANSWER
    (request,) = endpoint.requests
    assert request["model"] == "some-model"
    assert request["temperature"] == 0
    assert request["messages"][-1] == {"role": "user", "content": PROMPT}
    assert request["response_format"]["json_schema"]["schema"] == answer_schema("line")
    assert endpoint.keys == ["Bearer secret"]
    assert (engine.usage.tokens_in, engine.usage.tokens_out) == (100, 10)


def test_an_endpoint_that_knows_no_schema_is_asked_without_one_from_then_on() -> None:
    def reply(request: dict[str, Any]) -> Reply:
        return (400, "unknown field response_format") if "response_format" in request else say(ANSWER)

    with Endpoint(reply) as endpoint:
        engine = engine_for(endpoint)
        assert [engine.ask("line", PROMPT), engine.ask("line", PROMPT)] == [ANSWER, ANSWER]
    assert ["response_format" in request for request in endpoint.requests] == [True, False, False]


def test_a_fence_around_the_json_is_taken_off() -> None:
    with Endpoint(lambda _: say(f"Here it is:\n```json\n{ANSWER}\n```")) as endpoint:
        assert engine_for(endpoint).ask("line", PROMPT) == ANSWER


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_endpoint_in_trouble_for_a_moment_is_asked_again(status: int) -> None:
    replies = [(status, "later"), say(ANSWER)]
    with Endpoint(lambda _: replies.pop(0)) as endpoint:
        assert engine_for(endpoint).ask("line", PROMPT) == ANSWER


def test_an_endpoint_that_stays_in_trouble_gives_no_answer_then_is_given_up() -> None:
    with Endpoint(lambda _: (500, "out of memory")) as endpoint:
        engine = engine_for(endpoint)
        for _ in range(PATIENCE - 1):
            with pytest.raises(NoAnswerError, match="HTTP 500: out of memory"):
                engine.ask("line", PROMPT)
        with pytest.raises(EndpointError, match="out of memory"):
            engine.ask("line", PROMPT)
    assert len(endpoint.requests) == PATIENCE * TRIES


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_model_is_an_error_at_once(status: int) -> None:
    with Endpoint(lambda _: (status, "not you")) as endpoint, pytest.raises(EndpointError, match="not you"):
        engine_for(endpoint).ask("line", PROMPT)
    assert len(endpoint.requests) == 1


def test_a_question_that_the_endpoint_refuses_is_not_repeated() -> None:
    with Endpoint(lambda _: (413, "too long")) as endpoint, pytest.raises(NoAnswerError, match="too long"):
        engine_for(endpoint).ask("line", PROMPT)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"choices":[]}', '{"choices":[{"message":null}]}'])
def test_a_reply_that_is_no_chat_completion_is_no_answer(body: str) -> None:
    with Endpoint(lambda _: (200, body)) as endpoint, pytest.raises(NoAnswerError, match="no chat completion"):
        engine_for(endpoint).ask("line", PROMPT)


def test_an_endpoint_that_is_too_slow_gives_no_answer() -> None:
    def reply(_: dict[str, Any]) -> Reply:
        time.sleep(0.3)
        return say(ANSWER)

    with Endpoint(reply) as endpoint, pytest.raises(NoAnswerError, match="Timeout"):
        engine_for(endpoint, seconds=0.05).ask("line", PROMPT)


def test_nobody_there_is_told_with_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    engine = RemoteEngine(url, "some-model", pause=0.0)
    for _ in range(PATIENCE - 1):
        with pytest.raises(NoAnswerError):
            engine.ask("line", PROMPT)
    with pytest.raises(EndpointError, match=url):
        engine.ask("line", PROMPT)
