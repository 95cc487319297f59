"""What PostgreSQL's text and jsonb can hold: every character but NUL and unpaired surrogates."""

import json
import re
from typing import Any

from psycopg.types.json import Jsonb

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNSTORABLE_ESCAPE = re.compile(r"\\u(0000|[dD][89a-fA-F])")


def storable_text(text: str) -> str:
    """The text with each character that PostgreSQL refuses replaced by U+FFFD, so that positions stay true."""
    return _UNSTORABLE.sub("\ufffd", text)


def storable_json(value: Any) -> Jsonb:
    """The JSON value as a jsonb parameter, its strings storable; raises ValueError for NaN and infinities."""
    return Jsonb(value, dumps=_dump)


def _dump(value: Any) -> str:
    # With ASCII output every refused character is an escape: one search in the dumped text finds all of them, and
    # the walk through the value is paid by the few that hold one (or hold a backslash and "u0000" as text).
    dumped = json.dumps(value, allow_nan=False)
    return json.dumps(_storable(value), allow_nan=False) if _UNSTORABLE_ESCAPE.search(dumped) else dumped


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {storable_text(str(key)): _storable(content) for key, content in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(content) for content in value]
    return value
