"""What a prompt shows, read back: its components, which fields they may be, and where it states number and period."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from udf.language.vocabulary import PAD, Bundles, name_code, name_tag, number_component, number_element
from udf.reading import FIELDS
from udf.standards.dates import ENDS, RANGES, SINGLE, SPANS
from udf.standards.header import FIELDS as OF_HEADERS
from udf.standards.header import REFERENCE_CURRENCY, header_slots
from udf.standards.places import PLACES
from udf.standards.reference import load_reference
from udf.standards.standard import Standard


class Shown(NamedTuple):
    """A component that a prompt shows; `segment`, `element` and `component` count from 0.

    `code` is what it holds where the prompt shows that; `qualifier` is the code of its segment's first component.
    """

    marker: int
    segment: int
    tag: str
    element: int
    component: int
    code: str | None
    qualifier: str | None


_OF_LINES = ("quantity", "qualifier", "unit", "item", "item_type", "price", "price_type")
_FOREIGN = {"header": _OF_LINES, "group": (*_OF_LINES, *OF_HEADERS), "line": OF_HEADERS}
"""Fields that a chunk of a kind does not have."""


def read_shown(prompt: Bundles) -> Iterator[Shown]:
    """The component of each marker of a prompt, in turn: what `prompts.encode_chunk` wrote, read back."""
    segment, qualifier = -1, None
    for shown, marker, tag, element, component, opening, _ in prompt[1:-1]:
        code = name_code(shown)
        e, c = number_element(element), number_component(component)
        if opening != PAD:
            segment, qualifier = segment + 1, code if (e, c) == (0, 0) else None
        if marker != PAD:
            yield Shown(marker, segment, name_tag(tag), e, c, code, qualifier)


def is_excluded(field: str, standard: Standard, tag: str, qualifier: str | None) -> bool:
    """Whether the reference tables say that a party is no place, or that a date is no such date."""
    if qualifier is None:
        return False
    if tag in PLACES and field in ("location", "location_type"):
        return load_reference().place_role(standard.name, tag, qualifier) == "no"
    if tag != "DTM" or field not in ("start", "end", "document_date"):
        return False
    role = load_reference().date_role(standard.name, tag, qualifier)
    return role == "ignored" or (role == "document") != (field == "document_date")


@lru_cache(maxsize=20_000)
def fields_at(
    kind: str, standard: Standard, tag: str, element: int, component: int, qualifier: str | None
) -> tuple[tuple[str, ...], str | None]:
    """The fields that a component may be, and the role of its segment as a place where it may be one."""
    fields = tuple(
        field for field in FIELDS
        if field not in _FOREIGN[kind]
        and standard.may_stand(field, tag, element, component)
        and not is_excluded(field, standard, tag, qualifier)
    )  # fmt: skip
    if "location" not in fields or qualifier is None or tag not in PLACES:
        return fields, None
    return fields, load_reference().place_role(standard.name, tag, qualifier)


def find_header_fields(components: Sequence[Shown], standard: Standard) -> dict[str, int]:
    """The markers of number, date, function and currency of the document where `header.header_fields` has them."""
    stated: dict[str, int] = {}
    slots = header_slots(standard)
    for shown in components:
        if shown.tag == "DTM" and shown.qualifier != standard.document_date:
            continue
        for field, place in slots.get(shown.tag, {}).items():
            if place == (shown.element, shown.component):
                stated.setdefault(field, shown.marker)
    reference = next(
        (s for s in components if s.tag == "CUX" and not s.component and s.code == REFERENCE_CURRENCY), None
    )
    if reference is not None and "currency" in stated:
        at = reference.segment, reference.element, 1
        beside = next((s for s in components if (s.segment, s.element, s.component) == at), None)
        if beside is not None:
            stated["currency"] = beside.marker
    return stated


_X12_FORM, _X12_RANGE = (4, 0), (5, 0)
"""DTM05 (1250) and DTM06 (1251)."""


def find_period(
    components: Sequence[Shown], standard: Standard, is_stock: bool
) -> tuple[int | None, int | None] | None:
    """The markers that an answer names for start and end, the end only where it is another component than the start.

    It is where `dates.find_period` has it. None where the prompt does not tell: a qualifier that it shows as a value,
    or half a period.
    """
    stated: dict[str, int] = {}
    spans: set[int] = set()
    by_place = {(shown.segment, shown.element, shown.component): shown for shown in components}
    dates = [(at.element, at.component) for at in standard.fields["start"] if at.tag == "DTM"]
    for shown in components:
        at = shown.element, shown.component
        if shown.tag == "DTM" and at == (0, 0):
            if shown.code is None:
                return None
            date = next((slot for slot in dates if (shown.segment, *slot) in by_place), None)
            role = load_reference().date_role(standard.name, "DTM", shown.code)
            if date is None or role not in (*SINGLE, *ENDS):
                continue
            is_x12_form = date == _X12_RANGE
            form = by_place.get((shown.segment, *(_X12_FORM if is_x12_form else (0, 2))))
            if form is not None and form.code is None and not is_x12_form:  # of 1250 the prompt shows the ranges
                return None
            is_range = form.code in RANGES if form is not None else is_x12_form
            marker = by_place[shown.segment, *date].marker
            stated.setdefault("single" if is_range or role in SINGLE else role, marker)
            if form is not None and form.code in SPANS:
                spans.add(marker)
        elif shown.tag == "DTM" and (shown.segment, 0, 0) not in by_place:
            return None
        elif shown.tag == "XQ" and at == (1, 0):
            stated.setdefault("period_start" if (shown.segment, 2, 0) in by_place else "report", shown.marker)
        elif shown.tag == "XQ" and at == (2, 0) and (shown.segment, 1, 0) in by_place:
            stated.setdefault("period_end", shown.marker)
        elif shown.tag == "BIA" and at == (3, 0):
            stated.setdefault("report", shown.marker)
    if "single" in stated:
        return stated["single"], None
    start, end = stated.get("period_start"), stated.get("period_end")
    if start is not None and end is not None:
        return start, end
    half = end if start is None else start
    if half is not None:
        return (half, None) if half in spans or (is_stock and half == end) else None
    return stated.get("report"), None
