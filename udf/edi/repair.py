"""Terminators that were lost are put back, but only where tag and shape of what follows prove them."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, pairwise

from udf.edi.delimiters import DROP_NEWLINES, NEWLINES, Delimiters, visible_before
from udf.edi.search import find_each
from udf.edi.segments import Segment
from udf.edi.tags import CERTAIN, EDIFACT_SHAPES, EDIFACT_TAGS, FREE_TEXT, X12_CERTAIN, X12_SHAPES, X12_TAGS, Shapes


def part_segments(
    text: str, masked: str, start: int, end: int, cuts: list[int], delimiters: Delimiters, rows: bool
) -> Iterator[Segment]:
    """The segments of a piece in which terminators were lost, or lines wrapped."""
    body = masked[start:end]
    at_newline: set[int] = set()
    if delimiters.segment not in NEWLINES and ("\n" in body or "\r" in body):
        at_newline = {start + cut for cut in _starts_after_newline(body, delimiters, rows)}
    kept = [start]
    for cut in sorted({*cuts, *at_newline}):
        if cut in at_newline:
            kept.append(cut)
            continue
        holder, tag = _tag_at(text, masked, kept[-1], end, delimiters), _tag_at(text, masked, cut, end, delimiters)
        if delimiters.standard == "X12":
            before = masked[masked.rfind(delimiters.element, start, cut) + 1 : cut].rstrip(_MISTAKEN_TERMINATORS)
            if not _may_part(holder, tag, before):
                continue
        if not masked[cut - 1].isalpha() or holder not in FREE_TEXT or tag in CERTAIN:
            kept.append(cut)
    for left, right in pairwise([*kept, end]):
        piece = masked[left:right].rstrip(delimiters.blanks)
        if right != end and piece and piece[-1] in _MISTAKEN_TERMINATORS:
            piece = piece[:-1].rstrip(delimiters.blanks)
        if piece:
            tag = _tag_at(text, masked, left, left + len(piece), delimiters)
            yield Segment(tag, left, left + len(piece), text, delimiters, repaired=len(kept) > 1)


def _may_part(holder: str, tag: str, before: str) -> bool:
    """Whether a tag glued to `before` may be parted from an X12 segment: behind a GTIN or a date nearly always."""
    if len(before) >= 6 and before.isdecimal():
        return holder != "LIN" or tag in CERTAIN
    return holder != "LIN" and tag in X12_CERTAIN


def _tag_at(text: str, masked: str, start: int, end: int, delimiters: Delimiters) -> str:
    stop = masked.find(delimiters.element, start, end)
    return tidy_tag(text[start : end if stop < 0 else stop], delimiters)


# A terminator that was sent wrongly rather than lost: typographic quotes and the other syntax's usual ones.
_MISTAKEN_TERMINATORS = "'\"`´‘’~^"


def tidy_tag(tag: str, delimiters: Delimiters) -> str:
    """The tag in upper case, without wraps and blanks, and without the explicit nesting of `LIN:1`."""
    tag = tag.translate(DROP_NEWLINES).strip(delimiters.blanks).upper()
    return tag.split(delimiters.component, 1)[0] if delimiters.component in tag else tag


def find_lost_terminators(masked: str, delimiters: Delimiters) -> Iterator[int]:
    """Where a known tag with its shape is glued to the component before it, in ascending order."""
    end = 0
    for tag in find_each(_glued_heads(delimiters), masked):
        if tag.start() >= end and (match := glued_tags(delimiters).match(masked, tag.start())):
            yield tag.start()
            end = match.end()


@lru_cache(maxsize=256)
def _glued_heads(delimiters: Delimiters) -> re.Pattern[str]:
    """As `glued_tags`, of the shapes no more than the separator that each begins with.

    Few messages have such a tag, and for the shapes of all tags to be compiled the first one of a process had to wait
    for 3 milliseconds (November 2026).
    """
    by_length = groupby(sorted(_shapes(delimiters), key=len), key=len)
    before, separator = _not_glued(delimiters), re.escape(delimiters.element)
    return re.compile(
        "|".join(f"(?:{'|'.join(tags)})(?<={before}{'.' * length}){separator}" for length, tags in by_length)
    )


@lru_cache(maxsize=256)
def glued_tags(delimiters: Delimiters) -> re.Pattern[str]:
    """The pattern of a known tag with its shape, glued to the component before it."""
    # Tag first, then a look back: a pattern that starts with literals lets the scan skip from capital to capital.
    before = _not_glued(delimiters)
    return re.compile("|".join(f"{tag}(?<={before}{tag}){shape}" for tag, shape in _shapes(delimiters).items()))


def _not_glued(delimiters: Delimiters) -> str:
    """What stands before a tag that lost its terminator: part of a value."""
    return "[^" + re.escape(delimiters.segment + delimiters.element + delimiters.component + " \t\r\n") + "]"


def writes_rows(masked: str, delimiters: Delimiters) -> bool:
    """True where the sender begins a line after each terminator and nowhere else, but for the few that were lost."""
    lines = Counter(match[1] == delimiters.segment for match in find_each(_LINE_ENDS, masked))
    ended = lines[True]
    return ended >= 3 and lines[False] <= max(1, ended // 10) and 10 * ended >= 9 * masked.count(delimiters.segment)


# The last visible character of a line; the blanks behind it are taken whole, so that the search stays linear.
_LINE_ENDS = re.compile(r"([^ \t\r\n])[ \t]*+[\r\n][ \t\r\n]*+")


def _starts_after_newline(body: str, delimiters: Delimiters, rows: bool) -> Iterator[int]:
    """Where a newline stands in the terminator's place: a known tag begins the line, with its shape if lines wrap."""
    inside = delimiters.element + delimiters.component
    pattern = _rows(delimiters) if rows else _tags_after_newline(delimiters)
    for match in pattern.finditer(body):
        before = visible_before(body, match.start())
        if before >= 0 and body[before] not in inside:
            yield match.start(1)


@lru_cache(maxsize=256)
def _tags_after_newline(delimiters: Delimiters) -> re.Pattern[str]:
    tags = "|".join(tag + shape for tag, shape in _shapes(delimiters).items())
    return re.compile(f"[\\r\\n][ \\t]*+({tags})")


@lru_cache(maxsize=256)
def _rows(delimiters: Delimiters) -> re.Pattern[str]:
    tags = "|".join(sorted(EDIFACT_TAGS if delimiters.standard == "EDIFACT" else X12_TAGS))
    return re.compile(f"[\\r\\n][ \\t]*+((?:{tags}){re.escape(delimiters.element)})", re.IGNORECASE)


def _shapes(delimiters: Delimiters) -> Shapes:
    table = EDIFACT_SHAPES if delimiters.standard == "EDIFACT" else X12_SHAPES
    element, component = re.escape(delimiters.element), re.escape(delimiters.component)
    terminator = re.escape(delimiters.segment)
    inside = re.escape(delimiters.element + delimiters.component + delimiters.segment + NEWLINES)
    fill = {
        "«E»": element,
        "«C»": component,
        "«S»": terminator,
        "«T»": f"(?=[ \\t]*+(?:{terminator}|$|[\\r\\n]))",
        "«V»": f"[^{inside}]",
    }
    filled: dict[str, str] = {}
    for tag, shape in table.items():
        for name, pattern in fill.items():
            shape = shape.replace(name, pattern)
        filled[tag] = shape
    return filled
