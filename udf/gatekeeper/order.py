"""The order in which a message states places, prices and dates: where one breaks, something has moved."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.standards.chunks import Chunk, Chunks, each_line
from udf.standards.dates import date_statements
from udf.standards.edifact import EDIFACT
from udf.standards.header import CURRENCIES
from udf.standards.owners import QUANTITIES, has_below
from udf.standards.places import PLACES, place_role, signature
from udf.standards.prices import price_runs
from udf.standards.quantities import quantity_positions
from udf.standards.setting import Setting


def check_order(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Places, prices, dates and units before the quantities in some lines and behind them in others.

    A partner has one order: where two segments changed places, or a separator is lost, the other lines tell.
    """
    before: dict[str, int] = {}
    behind: dict[str, int] = {}
    for chunk in each_line(chunks):
        span = range(chunk.first, chunk.last)
        opening = next((s for s, _, _ in quantity_positions(segments, chunk.first, chunk.last, setting.standard)), None)
        if opening is None:
            continue
        found = {
            "place": [i for i in span if segments[i].tag in PLACES and place_role(segments[i], setting) != "no"],
            "price": [s for s, _, _ in price_runs(segments, chunk.first, chunk.last, setting)],
            "date": [s for _, (s, _, _) in date_statements(segments, span, setting)],
            "unit": [i for i in span if segments[i].tag == "UIT"],
        }
        for what, indices in found.items():
            sides = {index < opening for index in indices}
            if len(sides) == 1:
                (before if True in sides else behind).setdefault(what, indices[0])
    dated = [i for chunk in chunks.groups for _, (i, _, _) in date_statements(segments, chunk.indices, setting)]
    if dated:  # a date behind the quantities of a line may then be the next group's
        before.setdefault("date", dated[0])
    return [
        Finding("order-mixed", f"The {what} stands before the quantities in some lines and behind them in others.", at)
        for what, at in behind.items()
        if what in before
    ]


def check_item_forms(segments: Sequence[Segment], setting: Setting) -> list[Finding]:
    """LIN with its item in the second element beside others with it in the third, or without a type beside none."""
    forms: dict[str, int] = {}
    for index, segment in enumerate(segments):
        if segment.tag == "LIN" and setting.standard is EDIFACT:
            forms.setdefault(_form(segment), index)
    is_shifted = "shifted" in forms and len(forms.keys() - {"none"}) > 1
    if not is_shifted and not forms.keys() >= {"typeless", "none"}:
        return []
    return [Finding("order-mixed", f"LIN has the forms {', '.join(forms)} in one message.", max(forms.values()))]


def _form(lin: Segment) -> str:
    if lin.value(1, 1):
        return "shifted"
    if lin.value(2):
        return "typed" if lin.value(2, 1) else "typeless"
    return "none"


def check_header_dates(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Dates of the header behind the place of a group: what stands between them may have moved there."""
    opener = min((chunk.first for chunk in chunks.groups), default=len(segments))
    behind = [i for _, (i, _, _) in date_statements(segments, chunks.header.indices, setting) if i > opener]
    if not behind:
        return []
    return [Finding("order-mixed", "A date of the header stands behind the place of the first lines.", behind[0])]


def check_lost_periods(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Groups, or lines, that state no period where all others state their own: what stands above is not theirs.

    One that lost its date would have that of the message, or none. It takes two that have their own; a line without a
    quantity needs none.
    """
    lines = [
        line for line in each_line(chunks)
        if next(quantity_positions(segments, line.first, line.last, setting.standard), None)
    ]  # fmt: skip
    for parts, what in ((chunks.groups, "place"), (lines, "line")):
        stated = [bool(date_statements(segments, range(part.first, part.last), setting)) for part in parts]
        most = len(stated) // 3 + (what == "place")
        if _WITH_DATES <= stated.count(True) < len(stated) and stated.count(False) <= most:
            bare = parts[stated.index(False)]
            detail = f"Each other {what} states its own period or date, and this one none: it may be lost."
            return [Finding("period-missing", detail, bare.first)]
    return []


def check_stray_periods(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """A period in a line without a quantity, beside lines that state none: its place may be lost, and they be its.

    Where the directory has a date below LIN (D.98B SLSRPT, INVRPT) it is the line's own.
    """
    if has_below(setting.message_type, setting.version, ("LIN",), "DTM"):
        return []
    stray: int | None = None
    is_bare = False
    for line in each_line(chunks):
        dated = date_statements(segments, range(line.first, line.last), setting)
        if next(quantity_positions(segments, line.first, line.last, setting.standard), None):
            is_bare = is_bare or not dated
        elif dated and stray is None:
            stray = dated[0][1][0]
    if stray is None or not is_bare:
        return []
    detail = "A period stands in a line without a quantity, and other lines state none: it may be theirs."
    return [Finding("period-missing", detail, stray)]


def check_moved_quantities(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """A line beside one without a quantity, with a quantity more than others have: LIN may have changed places with it.

    Without other lines it takes two quantities of one code and no more: an item may have neither sale nor stock.
    """
    if all(
        next(quantity_positions(segments, line.first, line.last, setting.standard), None) for line in each_line(chunks)
    ):
        return []
    stated = [
        tuple(sorted(segments[i].value(0) for i in range(line.first, line.last) if segments[i].tag in ("QTY", "ZA")))
        for line in each_line(chunks)
    ]
    habits = Counter(stated)
    found = []
    for number, (line, codes) in enumerate(zip(each_line(chunks), stated, strict=True)):
        beside = [*stated[max(0, number - 1) : number], *stated[number + 1 : number + 2]]
        if len(codes) < 2 or () not in beside or habits[codes] > 1:
            continue
        others = habits.keys() - {codes, ()}
        distinct = (n for n, code in enumerate(codes) if n == 0 or code != codes[n - 1])
        fewer = {codes[:n] + codes[n + 1 :] for n in distinct} if others else set()
        if fewer & others or (not others and codes[:1] * 2 == codes and not _are_marked(segments, line)):
            detail = "The line has a quantity more than others and stands beside a line without any: it may be of that."
            found.append(Finding("item-order", detail, line.first))
    return found


def _are_marked(segments: Sequence[Segment], line: Chunk) -> bool:
    """Whether something stands behind each quantity of a line: what LIN has changed places with has nothing there."""
    tags = [segments[i].tag for i in range(line.first, line.last)]
    return all(after not in ("QTY", "ZA", "") for tag, after in pairwise([*tags, ""]) if tag in ("QTY", "ZA"))


_WITH_DATES = 2
"""At least: one that states its own is no habit."""


def check_shifted(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Dates and currencies that stand above the first line and behind other lines, but not behind the last one.

    They open the lines that follow them; read as ends of lines, each would be the line before's. Where the directory
    has a date below each quantity it is that quantity's, unless one stands right before the first line, too.
    """
    lines = each_line(chunks)
    before = segments[lines[0].first - 1] if lines and lines[0].first else None
    is_opening = before is not None and before.tag in ("DTM", *CURRENCIES)
    has_own = not is_opening and has_below(setting.message_type, setting.version, QUANTITIES, "DTM")
    above = {
        signature(segments[i]) for chunk in (chunks.header, *chunks.groups)
        for i in _dates_and_currencies(segments, chunk.indices, setting)
    }  # fmt: skip
    behind: list[dict[tuple[str, str], int]] = []
    for line in lines:
        stated = [s for s, _, _ in quantity_positions(segments, line.first, line.last, setting.standard)]
        if stated:
            tail = _dates_and_currencies(segments, range(stated[-1] + 1, line.last), setting)
            tail = [i for i in tail if not has_own or segments[i].tag in CURRENCIES]
            behind.append({signature(segments[i]): i for i in tail})
    for own in behind[:-1]:
        for kind, index in own.items():
            if kind in above and kind not in behind[-1]:
                detail = f"{kind[0]} {kind[1]} stands above the first line and behind others, but not behind the last."
                return [Finding("order-mixed", detail, index)]
    return []


def _dates_and_currencies(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> list[int]:
    dates = [index for _, (index, _, _) in date_statements(segments, indices, setting)]
    return dates + [index for index in indices if segments[index].tag in CURRENCIES]
