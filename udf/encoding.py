"""Bytes become text without loss: every file decodes, and what had to be guessed is named in a problem."""

import codecs
import re
from typing import Literal

from udf.contract import Problem

EncodingSource = Literal["bom", "syntax-identifier", "utf-8", "fallback", "ebcdic"]

# UTF-32 before UTF-16, whose little-endian mark it begins with.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# ISO 9735 syntax identifiers; L to V as in syntax version 4's code list, X is any code extension of ISO 2022.
SYNTAX_ENCODINGS = {
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
    "UNOW": "utf-8",
    "UNOX": "iso2022_jp_2",
    "UNOY": "utf-8",
}
_SYNTAX_IDENTIFIER = re.compile(rb"UNB[^A-Za-z0-9 \t\r\n](UNO[A-Z])[^A-Za-z0-9]")
_HEAD = 4096

# The first tag in EBCDIC, behind EBCDIC's blanks and line ends: ISA, UNA, UNB, UNH, GS and a separator, ST and one.
_EBCDIC = re.compile(
    rb"[\x40\x15\x25\x0d\x05]*(?:(\xe4\xd5[\xc1\xc2\xc8])|\xc9\xe2\xc1|(?:\xc7\xe2|\xe2\xe3)[^\x80-\xff\x40])"
)
# A line end or blank of ASCII and then NULs in every other place: UTF-16 that lost its mark.
_WIDE = {"utf-16-le": re.compile(rb"(?:[\t -~\r\n]\0){8}"), "utf-16-be": re.compile(rb"(?:\0[\t -~\r\n]){8}")}

_C1_CONTROLS = re.compile(rb"[\x80-\x84\x86-\x9f]")


def decode(data: bytes) -> tuple[str, str, EncodingSource, list[Problem]]:
    """The text, the name of its encoding, how that was found, and what is doubtful about it. Never raises.

    A byte order mark is no part of the text. With EBCDIC the code page is 037 for X12 and 500 for EDIFACT; they
    differ in brackets, `!`, `^` and `|` alone.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strictly(data[len(mark) :], encoding)
            if text is not None:
                return text, encoding, "bom", []
    ebcdic = _EBCDIC.match(data)
    if ebcdic is not None:
        encoding = "cp500" if ebcdic.group(1) else "cp037"
        return data.decode(encoding), encoding, "ebcdic", []
    for encoding, pattern in _WIDE.items():
        text = _strictly(data, encoding) if pattern.match(data) else None
        if text is not None:
            return text, encoding, "fallback", [_guess(f"Every other byte is zero: read as {encoding}.")]
    return _labelled(data) or _unlabelled(data, [])


def _labelled(data: bytes) -> tuple[str, str, EncodingSource, list[Problem]] | None:
    """Decoded as UNB's syntax identifier says, or as the bytes say where they contradict it; None without one."""
    match = _SYNTAX_IDENTIFIER.search(data[:_HEAD])
    encoding = SYNTAX_ENCODINGS.get(match.group(1).decode()) if match else None
    if match is None or encoding is None:
        return None
    label = match.group(1).decode()
    if data.isascii() and encoding != "iso2022_jp_2":
        return data.decode("ascii"), encoding, "syntax-identifier", []
    if encoding not in ("utf-8", "iso2022_jp_2"):
        # A text of accented letters that is valid UTF-8 by chance is as good as impossible.
        text = _strictly(data, "utf-8")
        if text is not None:
            return text, "utf-8", "utf-8", [_mismatch(label, "are UTF-8")]
    text = _strictly(data, encoding)
    if text is not None and not (encoding == "iso8859-1" and _C1_CONTROLS.search(data)):
        return text, encoding, "syntax-identifier", []
    return _unlabelled(data, [_mismatch(label, "are not in that character set")])


def _unlabelled(data: bytes, problems: list[Problem]) -> tuple[str, str, EncodingSource, list[Problem]]:
    text = _strictly(data, "utf-8")
    if text is not None:
        return text, "utf-8", "utf-8", problems
    text = _strictly(data, "cp1252")
    if text is not None:
        return text, "cp1252", "fallback", [*problems, _guess("No valid UTF-8: read as Windows-1252.")]
    detail = "No valid UTF-8 and no Windows-1252: read as ISO 8859-1, byte for byte."
    return data.decode("latin-1"), "latin-1", "fallback", [*problems, _guess(detail)]


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _mismatch(label: str, finding: str) -> Problem:
    detail = f"UNB says {label}, but the bytes {finding}."
    return Problem(code="encoding-label-mismatch", severity="warning", detail=detail)


def _guess(detail: str) -> Problem:
    return Problem(code="encoding-fallback", severity="warning", detail=detail)
