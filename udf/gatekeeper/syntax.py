"""The form that the standards give a segment: codes of a code's length, nothing half stated.

A separator that is lost or doubled, and a code that changed places with its value, leave a segment that the reader can
read and that means something else. Most of them show: a code is then as long as a value, or is missing before its
value, or one of two elements that only come together is missing. Segments that no line is made of are not looked at.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from udf.edi.segments import Segment, notes_of
from udf.findings import Finding
from udf.standards.codes import codes_of
from udf.standards.dates import date_slot
from udf.standards.items import GTIN_TYPES, SUB_LINE
from udf.standards.places import PLACES, place_role
from udf.standards.prices import BASES
from udf.standards.setting import Setting
from udf.standards.standard import Form, Slots, Standard
from udf.standards.values import INVISIBLE, UnreadableValueError, read_period

_LONGEST = 3
"""Characters of the type of an identifier (EDIFACT 7143) and of an action code (1229)."""
_GLUED = re.compile(rf"[0-9]{{8,14}}(?:{'|'.join(GTIN_TYPES)})")
_DATED = ("ZA", "SCH")
"""Segments whose date nothing else reads."""


_LISTED = (("SDQ", "66"),)
"""Elements that have to be in their list: beside them stands another code of two characters (355)."""


class Checks(NamedTuple):
    """What is asked of a segment: its form in the table, laid out by question."""

    codes: tuple[tuple[int, int, int, bool], ...]
    """(element, component, longest, is required)"""
    listed: tuple[tuple[int, int, str], ...]
    """(element, component, number) of a code that has to be in the list of its data element."""
    together: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    """(what stands, what has to stand where it does)"""
    components: tuple[tuple[int, int], ...]
    numbers: Slots
    dates: Slots
    find_identifier_faults: Callable[[Sequence[Segment], int], Iterator[str]] | None


@cache
def checks_of(standard: Standard) -> Mapping[str, Checks]:
    """The checks of each segment that lines are made of: those with a code whose length is known, and LIN."""
    return {
        tag: _lay_out(standard, tag, form) for tag, form in standard.segments.items()
        if tag == "LIN" or any(row.longest for row in form.elements)
    }  # fmt: skip


def _lay_out(standard: Standard, tag: str, form: Form) -> Checks:
    rows = form.elements
    return Checks(
        tuple((row.element, row.component, row.longest, row.is_required) for row in rows if row.longest),
        tuple((row.element, row.component, row.number) for row in rows if (tag, row.number) in _LISTED),
        tuple(((row.element, row.component), missing) for row in rows for missing in row.needs),
        tuple((form.components or {}).items()),
        tuple((e, c) for e, c, _ in BASES.get(tag, ())),
        tuple((row.element, row.component) for row in rows if row.kind == "date" and tag in _DATED),
        _IDENTIFIER_FAULTS[standard.name] if tag in standard.stated_in("item") else None,
    )


def find_malformed(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> list[Finding]:
    """Segments whose elements are not what the standard puts there."""
    found: list[Finding] = []
    checks = checks_of(setting.standard)
    for index in indices:
        hidden = _find_hidden(segments[index], setting.standard)
        if hidden:
            found.append(Finding("value-invisible", hidden, index))
            continue
        asked = checks.get(segments[index].tag)
        if asked is None:
            continue
        detail = next(_faults(segments, index, asked, setting), None)
        if detail:
            found.append(Finding("segment-malformed", f"{detail}: separators or elements are lost.", index))
    return found


def _find_hidden(segment: Segment, standard: Standard) -> str | None:
    """A sentence on a value, free text aside, that holds a sign which nobody sees; at its ends they are trimmed."""
    if segment.raw.isascii():
        return None
    for e, element in enumerate(segment.elements):
        for c, value in enumerate(element):
            sign = None if value.isascii() else _HIDDEN.search(value)
            if sign and standard.kind_of(segment.tag, e, c) not in (None, "text"):
                return f"«{value}» in {segment.tag} holds the sign U+{ord(sign[0]):04X}, which nobody sees."
    return None


_HIDDEN = re.compile(f"[{INVISIBLE}]")


def _faults(segments: Sequence[Segment], index: int, checks: Checks, setting: Setting) -> Iterator[str]:
    segment = segments[index]
    tag = segment.tag
    if tag in PLACES:
        role = setting.place_role(tag, segment.value(0))
        if role == "no" or place_role(segment, setting) == "empty":  # of no concern, or it says so itself
            return
    if checks.find_identifier_faults:
        yield from checks.find_identifier_faults(segments, index)
    yield from _code_faults(segment, checks)
    yield from _value_faults(segment, checks, setting.standard)
    for stands, missing in checks.together:
        if segment.value(*stands) and not segment.value(*missing):
            yield f"{tag} has «{segment.value(*stands)}» and nothing that it belongs to"
    for e, most in checks.components:
        if e < len(segment.elements) and any(segment.elements[e][most:]):
            yield f"Element {e + 1} of {tag} has more components than the standard"


def _code_faults(segment: Segment, checks: Checks) -> Iterator[str]:
    for e, c, longest, is_required in checks.codes:
        code = segment.value(e, c)
        if len(code) > longest:
            yield f"«{code}» in {segment.tag} is longer than what stands in element {e + 1}"
        elif is_required and not code and any(any(element) for element in segment.elements):
            yield f"{segment.tag} has nothing in element {e + 1}"
    for e, c, number in checks.listed:
        code = segment.value(e, c)
        if code and code not in codes_of(number):
            yield f"«{code}» in {segment.tag} is no code of element {number}"


def _value_faults(segment: Segment, checks: Checks, standard: Standard) -> Iterator[str]:
    tag = segment.tag
    for number in (segment.value(*at) for at in checks.numbers):
        if number and not number.replace(".", "").replace(",", "").isdecimal():
            yield f"«{number}» in {tag} is no number"
    for date in (segment.value(*at) for at in checks.dates):
        if date and not (date.isdecimal() and len(date) >= 6):
            yield f"«{date}» in {tag} is no date"
    if tag == "N1" and segment.value(2) not in codes_of("66") and segment.value(3) in codes_of("66"):
        yield f"«{segment.value(3)}» in N1 stands where its place «{segment.value(2)}» does"
    if tag == "N1" and segment.value(4) and segment.value(3) in codes_of("66"):  # N105: how the party is related
        yield f"«{segment.value(3)}» in N1 stands where its place does, and something behind it"
    if tag == "N1" and segment.value(0) not in codes_of("98") and segment.value(1) in codes_of("98"):
        yield f"«{segment.value(1)}» in N1 stands where its name does, and «{segment.value(0)}» is no role"
    if tag == "PTD" and not segment.value(0):
        yield "PTD has nothing in element 1"
    is_undated = tag == "DTM" and not segment.value(*date_slot(segment, standard))
    if is_undated and not standard.has_components and any(map(any, segment.elements[2:])):
        yield "DTM states no date where its date stands"
    if tag == "XQ" and not segment.value(2) and _is_date_like(segment.value(3), segment.value(1)):
        yield f"«{segment.value(3)}» in XQ is a date where the document's number stands"
    if tag == "PRI" and not segment.value(0, 1) and segment.value(0, 2) and not segment.value(0, 2).isalpha():
        yield f"PRI has «{segment.value(0, 2)}» where the type of its price stands, and no price"
    if tag == "LOC" and segment.value(2) and not any(segment.elements[1]):
        yield f"«{segment.value(2)}» in LOC stands where a related place does, and there is none that it is related to"
    if tag == "BGM" and segment.value(3).isdecimal():  # 4343 is of letters, 1225 before it of digits
        yield f"«{segment.value(3)}» in BGM is no response type"


def _is_date_like(text: str, date: str) -> bool:
    """Whether a text is a date as long as the one beside it."""
    if len(text) != len(date):
        return False
    try:
        read_period(text)
    except UnreadableValueError:
        return False
    return True


def _product_faults(segments: Sequence[Segment], index: int) -> Iterator[str]:
    """X12 235 before each 234; one without its value is a type that other lines have, or of two characters."""
    lin = segments[index]
    for e in range(1, len(lin.elements), 2):
        kind, number = lin.value(e), lin.value(e + 1)
        # 235 has two characters, and what partners invent three
        is_type = len(kind) in (0, 2) or (len(kind) == 3 and (bool(number) or (e, kind) in _product_types(segments)))
        if not is_type or (number and not kind):
            yield f"«{kind}» in LIN is no type of an identifier"
        if _are_exchanged(kind, number, "235") or _are_exchanged(lin.value(e + 2), number, "235"):
            yield f"«{number}» in LIN stands where its identifier «{kind}» does"
        if number.isalpha() and number in codes_of("235") and lin.value(e + 2) and not lin.value(e + 3):
            yield f"«{number}» in LIN is a type where an identifier stands, and «{lin.value(e + 2)}» behind it has none"
        if kind in GTIN_TYPES and not number:
            yield f"{kind} in LIN has no number behind it"


def _are_exchanged(kind: str, number: str, element: str) -> bool:
    """Whether an identifier stands where its type does, and a type of the list where the identifier does."""
    listed = codes_of(element)
    return bool(number) and number in listed and bool(kind) and kind not in listed and number.isalpha()


def _product_types(segments: Sequence[Segment]) -> frozenset[tuple[int, str]]:
    """(element, type) of each identifier with a type of three characters that LIN of the message state."""
    notes = notes_of(segments)
    if notes.product_types is None:
        notes.product_types = frozenset(
            (e, segment.value(e))
            for segment in segments if segment.tag == "LIN"
            for e in range(1, len(segment.elements) - 1, 2)
            if len(segment.value(e)) == 3 and segment.value(e + 1)
        )  # fmt: skip
    return notes.product_types


def _identifier_faults(segments: Sequence[Segment], index: int) -> Iterator[str]:
    """EDIFACT 7143 behind 7140 and before 1131, and 1229 before both."""
    segment = segments[index]
    tag = segment.tag
    kinds = [segment.value(e, 1) for e in range(len(segment.elements))]
    if tag == "LIN" and any(kinds[3:]) and segment.value(2) and not kinds[2]:
        yield f"«{segment.value(2)}» in LIN stands before an identifier"
    for e, kind in enumerate(kinds[1:], 1):
        number = segment.value(e)
        if tag == "LIN" and e != SUB_LINE[0] and number == "1" and kind.isdecimal():
            yield f"«1:{kind}» in LIN is a sub-line's number (C829) where an item stands"
        if len(kind) > _LONGEST:
            yield f"«{kind}» in {tag} is no type of an identifier"
        if _are_exchanged(kind, number, "7143"):
            yield f"«{number}» in {tag} stands where its identifier «{kind}» does"
        if not kind and number.isalpha() and number in codes_of("7143"):
            yield f"«{number}» in {tag} is a type of an identifier where the identifier stands"
        if not kind and (segment.value(e, 2) or (tag == "PIA" and number) or _GLUED.fullmatch(number)):
            yield f"The identifier «{number}» in {tag} has no type"
    if tag == "LIN" and index + 1 < len(segments) and segments[index + 1].tag == "PIA":
        number = segment.value(2)
        if number and len(number) <= _LONGEST and not kinds[2] and not segment.value(1):
            yield f"«{number}» in LIN may be the item or, moved on, the action code before it"
        moved = segment.value(1)
        if len(moved) > _LONGEST and not kinds[1]:
            yield f"«{moved}» in LIN is no action code, and may be the item"


_IDENTIFIER_FAULTS = {"EDIFACT": _identifier_faults, "X12": _product_faults}
