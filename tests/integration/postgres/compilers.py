"""Compilers with the real interface, for what the real one must not be made to do; in this process or in a backend."""

import os
import signal
import time
from collections.abc import Sequence
from typing import Any

from udf.outcome import Attempt, CompiledRow, Document, Outcome, Problem, dump_document, make_row

_EMPTY = Document(message_type="SLSRPT")


def _answer(*, document: Document | None = _EMPTY, **fields: Any) -> CompiledRow:
    attempt = Attempt(attempt=1, chunk="line 1", route="model", reading="plain", output="said")
    known: dict[str, Any] = {"message_type": "SLSRPT", "is_valid": True, "is_complete": True} | fields
    outcome = Outcome(**known, document=document, route="model", attempts=1, attempt_log=(attempt,))
    return make_row(outcome, document and dump_document(document))


def fail_at_the_third(texts: Sequence[str], envelopes: Any = None) -> list[CompiledRow]:
    if any("BGM+73E+3+" in text for text in texts):
        raise ZeroDivisionError("secret 4000862141404")
    return [_answer() for _ in texts]


def miss_the_model(texts: Sequence[str], envelopes: Any = None) -> list[CompiledRow]:
    raise FileNotFoundError("model.gguf")


def be_out_of_memory(texts: Sequence[str], envelopes: Any = None) -> list[CompiledRow]:
    raise MemoryError("out of memory")


def be_broken(texts: Sequence[str], envelopes: Any = None) -> list[CompiledRow]:
    raise NameError("gatekeeper")


def be_cancelled_at_first(texts: Sequence[str], envelopes: Any = None) -> list[CompiledRow]:
    if not _cancelled:
        _cancelled.append(True)
        os.kill(os.getpid(), signal.SIGINT)
        end = time.monotonic() + 60
        while time.monotonic() < end:  # until PostgreSQL ends us
            pass
    return [_answer() for _ in texts]


_cancelled: list[bool] = []


def give_the_second_no_document(texts: Sequence[str], envelopes: Any = None) -> list[CompiledRow]:
    return [_answer(document=None if "BGM+73E+2+" in text else _EMPTY) for text in texts]


def say_what_cannot_be_stored(texts: Sequence[str], envelopes: Any = None) -> list[CompiledRow]:
    problem = Problem(code="x", severity="error", detail="NUL \x00, and as text \\u0000")
    refused = _answer(document=None, message_type="half \ud800", is_valid=False, is_complete=False, problems=[problem])
    return [refused for _ in texts]
