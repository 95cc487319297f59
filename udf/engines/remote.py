"""A larger model behind an OpenAI-compatible endpoint, with the interface of the engine in this process.

An endpoint that refuses a JSON schema is asked without one from then on. What is busy or broken for a moment is asked
again; what can never work (a wrong key, an unknown model, nobody there) is an EndpointError, which says so.
"""

import time
from http import HTTPStatus
from typing import Any

import httpx

from udf.engines.chat import NoAnswerError, TalkingEngine
from udf.language.chat import answer_schema, converse

TRIES = 3
"""Times that one question is asked."""
PATIENCE = 4
"""Questions in a row that may stay without an answer before the endpoint is given up."""
LONGEST_ANSWER = 4096
_HOPELESS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class EndpointError(RuntimeError):
    """The endpoint cannot be used; asking it anything else would fail as well."""


class RemoteEngine(TalkingEngine):
    """Asks `model` at `base_url` (with its /v1). A request may take `seconds`; two tries are `pause` seconds apart."""

    def __init__(
        self, base_url: str, model: str, api_key: str | None = None, seconds: float = 60.0, pause: float = 1.0
    ) -> None:
        super().__init__()
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(timeout=seconds, headers=headers)
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._model = model
        self._pause = pause
        self._takes_schema = True
        self._failures = 0

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, kind: str, prompt: str) -> str:
        why = ""
        for attempt in range(TRIES):
            if attempt:
                time.sleep(self._pause * 2 ** (attempt - 1))
            try:
                response = self._post(kind, prompt)
            except httpx.HTTPError as error:  # a timeout, a connection refused or cut off
                why = f"{type(error).__name__}: {error}"
                continue
            if response.is_success:
                self._failures = 0
                return self._read(response)
            why = f"HTTP {response.status_code}: {response.text[:200]}"
            if response.status_code in _HOPELESS:
                raise EndpointError(f"{self._url} refuses the model «{self._model}» or its key: {why}")
            if response.is_client_error and response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                break  # the same question would be refused again
        self._failures += 1
        if self._failures >= PATIENCE:
            raise EndpointError(f"{self._url} answered none of {PATIENCE} questions in a row, the last time with {why}")
        raise NoAnswerError(why)

    def _post(self, kind: str, prompt: str) -> httpx.Response:
        body: dict[str, Any] = {
            "model": self._model, "messages": converse(prompt), "temperature": 0, "max_tokens": LONGEST_ANSWER,
        }  # fmt: skip
        if not self._takes_schema:
            return self._client.post(self._url, json=body)
        schema = {"name": f"{kind}_answer", "schema": answer_schema(kind)}
        response = self._client.post(self._url, json=body | {"response_format": {
            "type": "json_schema", "json_schema": schema}})  # fmt: skip
        if response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            plain = self._client.post(self._url, json=body)
            if plain.is_success:
                self._takes_schema = False
                return plain
        return response

    def _read(self, response: httpx.Response) -> str:
        """The JSON object in what the model said, which a model without a schema likes to wrap in a fence."""
        try:
            reply = response.json()
            said = str(reply["choices"][0]["message"]["content"] or "")
        except (ValueError, LookupError, TypeError) as error:
            raise NoAnswerError(f"the endpoint's reply is no chat completion: {response.text[:200]}") from error
        counted = reply.get("usage") or {}
        self.usage.tokens_in += int(counted.get("prompt_tokens") or 0)
        self.usage.tokens_out += int(counted.get("completion_tokens") or 0)
        start, end = said.find("{"), said.rfind("}")
        return said[start : end + 1] if 0 <= start < end else said
