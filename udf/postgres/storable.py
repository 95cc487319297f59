"""What PostgreSQL's text and jsonb can hold: every character but NUL and unpaired surrogates."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Read from left to right, a backslash that stands for itself is passed over with its pair, and so is a pair of
# surrogates: what is left of \u0000 and \ud800 ... \udfff are the escapes that jsonb refuses.
_ESCAPES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2}))"
)


def storable_text(text: str) -> str:
    """The text with each character that PostgreSQL refuses replaced by U+FFFD, so that positions stay true."""
    # Both questions are answered at the speed of memory, and nearly every text is held by them.
    if "\x00" not in text and _is_unicode(text):
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def storable_json(text: str) -> str:
    """The JSON text with each character that jsonb refuses, written as such or escaped, replaced by U+FFFD."""
    if not _is_unicode(text):
        text = _UNSTORABLE.sub("\ufffd", text)
    if "\\u" not in text:
        return text
    return _ESCAPES.sub(lambda match: "\ufffd" if match[1] else match[0], text)


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
