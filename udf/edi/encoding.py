"""Bytes become text without loss: every file decodes, and what had to be guessed is named in a problem.

In this order: byte order mark; EBCDIC, recognised by its first tag; the character set
that UNB's syntax identifier names, unless the bytes contradict it (UTF-8 under UNOC, Windows-1252 under UNOA: the label
often lies); UTF-8; Windows-1252; and ISO 8859-1, in which every byte is a character.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from udf.outcome import Problem

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
# Blanks may stand before EBCDIC's first tag, though hardly so many.
_LONGEST_HEAD = 1 << 16

# The first tag in EBCDIC, behind EBCDIC's blanks and line ends: ISA, UNA, UNB, UNH, GS and a separator, ST and one.
_EBCDIC = re.compile(
    rb"[\x40\x15\x25\x0d\x05]*(?:(\xe4\xd5[\xc1\xc2\xc8])|\xc9\xe2\xc1|(?:\xc7\xe2|\xe2\xe3)[^\x80-\xff\x40])"
)
# A line end or blank of ASCII and then NULs in every other place: UTF-16 that lost its mark.
_WIDE = {"utf-16-le": re.compile(rb"(?:[\t -~\r\n]\0){8}"), "utf-16-be": re.compile(rb"(?:\0[\t -~\r\n]){8}")}

_C1_CONTROLS = re.compile(rb"[\x80-\x84\x86-\x9f]")


# Bytes in pieces of any size, read as often as wanted: a file need not fit into memory.
Pieces = Callable[[], Iterable[bytes]]


class Encoding(NamedTuple):
    """The name of an encoding, how it was found, what is doubtful about it, and the bytes of a mark to leave out."""

    name: str
    source: EncodingSource
    problems: list[Problem]
    mark_size: int = 0


def decode(data: bytes) -> tuple[str, str, EncodingSource, list[Problem]]:
    """The text, the name of its encoding, how that was found, and what is doubtful about it. Never raises.

    A byte order mark is no part of the text. With EBCDIC the code page is 037 for X12 and 500 for EDIFACT; they
    differ in brackets, `!`, `^` and `|` alone.
    """
    encoding = find_encoding(lambda: [data])
    return data[encoding.mark_size :].decode(encoding.name), encoding.name, encoding.source, encoding.problems


def decode_pieces(read: Pieces, encoding: Encoding) -> Iterator[str]:
    """The text of the pieces; raises UnicodeDecodeError where they are not in that encoding."""
    decoder = codecs.getincrementaldecoder(encoding.name)()
    for piece in _without_mark(read, encoding.mark_size):
        if text := decoder.decode(piece):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text


def find_encoding(read: Pieces) -> Encoding:
    """In what the bytes are written, one that fits them to the last byte. Reads them up to five times, never raises."""
    head = _read_head(read)
    for mark, name in _MARKS:
        if head.startswith(mark) and _fits(read, name, len(mark)):
            return Encoding(name, "bom", [], len(mark))
    ebcdic = _EBCDIC.match(head)
    if ebcdic is not None:
        return Encoding("cp500" if ebcdic.group(1) else "cp037", "ebcdic", [])
    for name, pattern in _WIDE.items():
        if pattern.match(head) and _fits(read, name):
            return Encoding(name, "fallback", [_guess(f"Every other byte is zero: read as {name}.")])
    return _labelled(head, read) or _unlabelled(read, [])


def _labelled(head: bytes, read: Pieces) -> Encoding | None:
    """What UNB's syntax identifier says, or what the bytes say where they contradict it; None without one."""
    match = _SYNTAX_IDENTIFIER.search(head[:_HEAD])
    name = SYNTAX_ENCODINGS.get(match.group(1).decode()) if match else None
    if match is None or name is None:
        return None
    label = match.group(1).decode()
    if name != "iso2022_jp_2" and all(piece.isascii() for piece in read()):
        return Encoding(name, "syntax-identifier", [])
    if name not in ("utf-8", "iso2022_jp_2") and _fits(read, "utf-8"):
        # A text of accented letters that is valid UTF-8 by chance is as good as impossible.
        return Encoding("utf-8", "utf-8", [_mismatch(label, "are UTF-8")])
    if _fits(read, name) and not (name == "iso8859-1" and any(_C1_CONTROLS.search(piece) for piece in read())):
        return Encoding(name, "syntax-identifier", [])
    return _unlabelled(read, [_mismatch(label, "are not in that character set")])


def _unlabelled(read: Pieces, problems: list[Problem]) -> Encoding:
    if _fits(read, "utf-8"):
        return Encoding("utf-8", "utf-8", problems)
    if _fits(read, "cp1252"):
        return Encoding("cp1252", "fallback", [*problems, _guess("No valid UTF-8: read as Windows-1252.")])
    detail = "No valid UTF-8 and no Windows-1252: read as ISO 8859-1, byte for byte."
    return Encoding("latin-1", "fallback", [*problems, _guess(detail)])


def _read_head(read: Pieces) -> bytes:
    head = b""
    for piece in read():
        head += piece[: _LONGEST_HEAD - len(head)]
        if len(head) >= _LONGEST_HEAD:
            break
    return head


def _fits(read: Pieces, name: str, mark_size: int = 0) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for piece in _without_mark(read, mark_size):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(read: Pieces, mark_size: int) -> Iterator[bytes]:
    for piece in read():
        yield piece[mark_size:] if mark_size else piece
        mark_size = max(0, mark_size - len(piece))


def _mismatch(label: str, finding: str) -> Problem:
    detail = f"UNB says {label}, but the bytes {finding}."
    return Problem(code="encoding-label-mismatch", severity="warning", detail=detail)


def _guess(detail: str) -> Problem:
    return Problem(code="encoding-fallback", severity="warning", detail=detail)
