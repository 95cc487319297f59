"""A chunk becomes a prompt: every component one bundle of tokens that shows its class or its code, never its value."""

import re
from collections.abc import Sequence

from udf.language.spread import Spread
from udf.language.vocabulary import (
    BOS,
    CLASS_ID,
    CODE_ID,
    COMPONENT_ID,
    COMPONENTS,
    ELEMENT_ID,
    ELEMENTS,
    FIRST,
    MARK,
    MARKERS,
    OPEN,
    OTHER_TAG,
    PAD,
    SEP,
    TAG_ID,
    TOKEN_ID,
    Bundle,
    Bundles,
)
from udf.reading import MAX_COMPONENTS, Position, SegmentLike
from udf.standards.message_types import standard_of

# Where a number is a value and never a code, so that 145 pieces do not look like qualifier 145.
# The model has learnt to see them so: they are a copy of what the tables of `udf.standards` say, and stay as they are
# where those grow (`tests/unit/language/test_prompts.py` holds the one against the other).
_EDIFACT_VALUES = frozenset((
    ("LIN", 0, 0), ("LIN", 2, 0), ("NAD", 1, 0), ("LOC", 1, 0), ("BGM", 1, 0),
    ("QTY", 0, 1), ("DTM", 0, 1), ("PRI", 0, 1), ("MOA", 0, 1), ("RFF", 0, 1), ("QTY", 1, 0), ("LIN", 1, 0),
))  # fmt: skip
_X12_VALUES = frozenset((
    ("QTY", 1), ("ZA", 1), ("ZA", 4), ("SCH", 0), ("SCH", 3), ("N1", 1), ("N1", 3), ("REF", 1), ("REF", 2), ("XQ", 1),
    ("XQ", 2), ("XQ", 3), ("BIA", 2), ("BIA", 3), ("BIA", 4), ("BPT", 1), ("BPT", 2), ("DTM", 1), ("CTP", 2), ("N9", 1),
    ("UIT", 1), ("AMT", 1), ("LIN", 0),
))  # fmt: skip

_NUMBER = re.compile(r"([+-]?)(\d*)(?:([.,])(\d*))?(-?)")
_RANGE = re.compile(r"\d{6,8}-\d{6,8}")


def _is_edifact_value(tag: str, element: int, component: int) -> bool:
    return (tag, element, component) in _EDIFACT_VALUES or (tag in ("PIA", "GIN") and element > 0 and not component)


def _is_x12_value(tag: str, element: int, component: int) -> bool:
    if tag == "SDQ":
        return element > 1
    return (tag, element) in _X12_VALUES or (tag == "LIN" and element % 2 == 0)


_IS_VALUE = {"EDIFACT": _is_edifact_value, "X12": _is_x12_value}


def _is_day(text: str) -> bool:
    return 1 <= int(text[-4:-2]) <= 12 and 1 <= int(text[-2:]) <= 31


def _bucket(length: int, bounds: Sequence[int], names: Sequence[str]) -> str:
    for bound, name in zip(bounds, names, strict=False):
        if length <= bound:
            return name
    return names[-1]


def classify(value: str) -> str:
    """The class of a value: what a reader sees of it without reading it. `value` is not empty."""
    if value.isdecimal() and value.isascii():
        length = len(value)
        if length == 8 and value[:2] in ("19", "20") and _is_day(value):
            return "date:8"
        if length == 6 and _is_day(value):
            return "date:6"
        if length == 12 and value[:2] in ("19", "20") and _is_day(value[:8]):
            return "date:12"
        if length == 16 and value[:2] == "20" and value[8:10] == "20" and _is_day(value[:8]) and _is_day(value[8:]):
            return "date:16"
        return f"digits:{min(length, 20)}"
    number = _NUMBER.fullmatch(value)
    if number and (number[2] or number[4]):
        negative = number[1] == "-" or number[5] == "-"
        if number[3]:
            return "negative-decimal" if negative else "decimal"
        return "negative" if negative else f"digits:{min(len(number[2]), 20)}"
    if _RANGE.fullmatch(value):
        return "range"
    if " " in value:
        return "text:short" if len(value) <= 12 else "text:long"
    if value.isalpha():
        return "letters:" + _bucket(len(value), (1, 2, 3, 4, 8), ("1", "2", "3", "4", "5-8", "9+"))
    if value.isalnum():
        return "mixed:" + _bucket(len(value), (2, 3, 4, 8, 12), ("2", "3", "4", "5-8", "9-12", "13+"))
    return "other:" + _bucket(len(value), (4, 8, 15), ("1-4", "5-8", "9-15", "16+"))


def encode_chunk(
    kind: str, message_type: str, segments: Sequence[SegmentLike], offset: int = 0, spread: Spread | None = None
) -> tuple[Bundles, list[Position]]:
    """Render a chunk as a prompt: its bundles and, for each marker in turn, the position it stands for.

    `offset` turns the numbering of the markers, so that training sees every marker in every place. Components beyond
    `MAX_COMPONENTS` are not shown. With the `spread` of its message a prompt is an open one.
    """
    is_value = _IS_VALUE[standard_of(message_type).name]
    mode = PAD if spread is None else OPEN
    bundles: list[Bundle] = [(BOS, TOKEN_ID[f"<{kind}>"], TOKEN_ID[f"<{message_type}>"], mode, PAD, PAD, PAD)]
    positions: list[Position] = []
    for number, segment in enumerate(segments):
        name = segment.tag
        tag, opening = TAG_ID.get(name, OTHER_TAG), FIRST
        for e, element in enumerate(segment.elements):
            for c, value in enumerate(element):
                if not value:
                    continue
                if len(positions) == MAX_COMPONENTS:
                    return (*bundles, _LAST), positions
                code = None if value.isdecimal() and is_value(name, e, c) else CODE_ID.get(value)
                shown = CLASS_ID[classify(value)] if code is None else code
                marker = MARK + (len(positions) + offset) % MARKERS
                place = ELEMENT_ID[min(e, ELEMENTS - 1)], COMPONENT_ID[min(c, COMPONENTS - 1)]
                spread_of = PAD if spread is None else spread.token(segment, e, c)
                bundles.append((shown, marker, tag, *place, opening, spread_of))
                positions.append((number, e, c))
                opening = PAD
        if opening == FIRST:
            bundles.append((PAD, PAD, tag, PAD, PAD, FIRST, PAD))
    return (*bundles, _LAST), positions


_LAST: Bundle = (SEP, PAD, PAD, PAD, PAD, PAD, PAD)
