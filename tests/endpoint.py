"""An OpenAI-compatible endpoint on this machine that answers as a test tells it to."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from udf.language.chat import render_answer, render_chunk
from udf.train.corpus.drafts import Draft, chunk_draft

Reply = tuple[int, str]
"""HTTP status and body."""


def say(text: str) -> Reply:
    """A reply in which the model says `text`."""
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return 200, json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}], "usage": usage})


def answers_of(draft: Draft) -> dict[str, str]:
    """Prompt to right answer, for each chunk of a draft."""
    return {
        render_chunk(chunk.kind, draft.message_type, chunk.segments): render_answer(records, chunk.segments)
        for chunk, records in chunk_draft(draft)
    }


class Endpoint:
    """Serves while it is entered; `reply` makes each answer of the request's JSON, `requests` keeps them all."""

    def __init__(self, reply: Callable[[dict[str, Any]], Reply]) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.requests.append(body)
                endpoint.keys.append(self.headers["Authorization"])
                status, text = reply(body) if self.path == "/v1/chat/completions" else (404, "no such path")
                data = text.encode()
                with suppress(BrokenPipeError):  # who asked may have given up
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
