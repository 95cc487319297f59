"""Variants of a draft: further messages of its partner with other values, which state what the draft states."""

import datetime
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from udf.plans.shapes import value_kind
from udf.train.corpus.drafts import Draft, DraftSegment, Reference

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DAY = re.compile(r"(?<![0-9])((?:19|20)[0-9]{6}|[0-9]{6})(?=$|-)")


@dataclass(slots=True)
class _View:
    """A segment of a draft as `value_kind` looks at one."""

    tag: str
    elements: list[list[str]]

    def value(self, element: int, component: int = 0) -> str:
        found = self.elements[element] if element < len(self.elements) else []
        return found[component] if component < len(found) else ""


def draw_variant(draft: Draft, r: random.Random) -> Draft:
    """A copy with other identifiers, quantities, prices, dates and words of the same look.

    Equal values stay equal and sums stay sums: identifiers are exchanged one for one, all numbers are multiplied by
    one factor and all dates moved by as many weeks.
    """
    factor, weeks = r.randint(1, 9), datetime.timedelta(weeks=r.randint(0, 20))
    known: dict[str, str] = {}

    def alter(kind: str, value: str) -> str:
        if kind == "number":
            return _multiply(value, factor)
        if kind == "date":
            return _DAY.sub(lambda match: _move(match[1], weeks), value)
        if value not in known:
            known[value] = _redraw(value, r, set(known.values()))
        return known[value]

    standard = "X12" if draft.message_type.isdigit() else "EDIFACT"
    copies = {id(segment): _copy(segment, standard, alter) for segment in draft.segments}

    def point(reference: Reference) -> Reference:
        segment, e, c = reference
        return copies[id(segment)], e, c

    def lift(record: dict[str, Reference]) -> dict[str, Reference]:
        return {name: point(reference) for name, reference in record.items()}

    return Draft(
        draft.message_type, list(copies.values()), [(name, point(at)) for name, at in draft.statements],
        [lift(record) for record in draft.records], [lift(record) for record in draft.whole], draft.delimiters,
        draft.version, draft.reference, list(draft.groups), lift(draft.header),
        (point(draft.sale_period[0]), point(draft.sale_period[1])) if draft.sale_period else None,
    )  # fmt: skip


def _copy(segment: DraftSegment, standard: str, alter: Callable[[str, str], str]) -> DraftSegment:
    view = _View(segment.tag, segment.elements)
    elements = []
    for e, element in enumerate(segment.elements):
        counts_lines = (segment.tag == "CTT" and not e) or (segment.tag == "CNT" and view.value(0) == "2")
        kinds = [
            value_kind(standard, view, e, c) if value and not counts_lines else None for c, value in enumerate(element)
        ]
        elements.append([alter(kind, v) if kind else v for kind, v in zip(kinds, element, strict=True)])
    return DraftSegment(segment.tag, elements)


def _multiply(value: str, factor: int) -> str:
    try:
        number = Decimal(value.replace(",", "."))
    except ArithmeticError:
        return value  # a trailing minus, or no number at all
    product = f"{number * factor:f}"
    return value if len(product) > 12 else product.replace(".", ",") if "," in value else product


def _move(day: str, by: datetime.timedelta) -> str:
    form = "%Y%m%d" if len(day) == 8 else "%y%m%d"
    try:
        return (datetime.datetime.strptime(day, form).replace(tzinfo=datetime.UTC) + by).strftime(form)
    except ValueError:
        return day


def _redraw(value: str, r: random.Random, used: set[str]) -> str:
    """Other digits and letters in the same places; the first stays, and with it what the value looks like."""
    if len(value) < 4 or not (value.isascii() and value.replace(" ", "").isalnum()):
        return value
    for _ in range(20):
        found = value[0] + "".join(
            r.choice("0123456789") if c.isdigit() else r.choice(_LETTERS) if c.isupper() else c for c in value[1:]
        )
        if found not in used:
            return found
    return value
