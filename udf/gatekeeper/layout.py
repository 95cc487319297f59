"""Where a message puts its beginning, places, prices and dates: one layout that holds for all of its lines."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.findings import Finding, name_some
from udf.gatekeeper.exchanged import find_swapped
from udf.gatekeeper.syntax import DATA, find_damaged_tags, find_malformed
from udf.gatekeeper.values import read_count
from udf.standards.chunks import Chunk, Chunks, signature
from udf.standards.dates import date_statements
from udf.standards.places import PLACES, place_role
from udf.standards.prices import bind_prices, price_kind, price_runs
from udf.standards.quantities import activity_of, quantity_positions
from udf.standards.setting import Setting

_BEGINNINGS = {"SLSRPT": "BGM", "INVRPT": "BGM", "852": "XQ", "846": "BIA", "867": "BPT"}


def check_layout(segments: Sequence[Segment], first: int, chunks: Chunks, setting: Setting) -> Iterator[Finding]:
    """One beginning, tags that exist, places that bind one way, line numbers without a sign of loss, known codes.

    One after the other: there may be half a million of them.
    """
    yield from _check_beginning(segments, first, chunks, setting)
    yield from find_damaged_tags(segments, range(first, len(segments)), setting)
    yield from _check_places(segments, chunks, setting)
    yield from _check_order(segments, chunks, setting)
    yield from _check_header_dates(segments, chunks, setting)
    yield from _check_shifted(segments, chunks, setting)
    yield from _check_prices(segments, chunks, setting)
    yield from _check_summary(segments, chunks, setting)
    yield from _check_parts(segments, chunks, setting)
    yield from find_swapped(segments, chunks, setting)
    yield from _find_empty_groups(segments, chunks, setting)
    yield from _check_line_numbers(segments, chunks)
    yield from _find_unmapped(segments, chunks, setting)


def _check_beginning(segments: Sequence[Segment], first: int, chunks: Chunks, setting: Setting) -> list[Finding]:
    tag = _BEGINNINGS[setting.message_type]
    found = [i for i in range(first, len(segments)) if segments[i].tag == tag]
    if not found or found[0] not in chunks.header.indices:
        detail = f"The message has no {tag} before its lines, so whether it reports, replaces or cancels is not known."
        return [Finding("beginning-missing", detail, first)]
    if len(found) > 1:
        return [Finding("beginning-repeated", f"A second {tag}: two messages may have run together.", found[1])]
    return []


def _lines(chunks: Chunks) -> list[Chunk]:
    """One chunk of each line; the windows of a line know where all of it begins and ends."""
    return list({chunk.line: chunk for chunk in chunks.lines}.values())


def _check_places(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Places in lines that may belong to other lines as well: damaged ones, and those that a lost place would shift.

    Places behind the quantities of their line hold only where the last line has one too and where their kind stands
    nowhere above the lines. No place of a line is of a kind that opens groups, or stands above and in some lines only.
    """
    inside = [[i for i in range(line.first, line.last) if segments[i].tag in PLACES] for line in _lines(chunks)]
    malformed = find_malformed(segments, [i for indices in inside for i in indices], setting)
    if malformed:
        return malformed
    openers = {signature(segments[chunk.first]) for chunk in chunks.groups}
    above = openers | {signature(segments[i]) for chunk in (chunks.header, *chunks.groups) for i in chunk.indices}
    kinds = [{signature(segments[i]) for i in indices} for indices in inside]
    stated_by = Counter(kind for own in kinds for kind in own)
    in_some = {kind for kind in above if 0 < stated_by[kind] < len(kinds)}
    both = openers | in_some
    doubtful = [i for indices in inside for i in indices if signature(segments[i]) in both]
    transfers = {chunk.first for chunk in chunks.groups if segments[chunk.first].tag == "PTD"}
    if transfers:  # where PTD opens a group of an 867, each is opened by one
        doubtful += [chunk.first for chunk in chunks.groups if chunk.first not in transfers]
        placed_groups = [chunk for chunk in chunks.groups if _names_place(segments, chunk, setting)]
        if 0 < len(placed_groups) < len(chunks.groups):
            doubtful.append(placed_groups[0].first)
    doubtful += [i for line in _lines(chunks) for i in range(line.first, line.last) if segments[i].tag == "PTD"]
    behind: list[int | None] = []
    for line, indices in zip(_lines(chunks), inside, strict=True):
        stated = [s for s, _, _ in quantity_positions(segments, line.first, line.last, setting.x12)]
        tail = [i for i in indices if stated and i > stated[-1] and place_role(segments[i], setting) != "no"]
        doubtful += [i for i in tail if signature(segments[i]) in above]
        behind.append(tail[0] if tail else None)
        doubtful += [i for i in tail if place_role(segments[i], setting) is None]  # it may open a group
    placed = [place for place in behind if place is not None]
    if placed and behind[-1] is None:
        doubtful += placed
    detail = "A place between two lines can belong to the line before or to those after it."
    return [Finding("ambiguous-structure", detail, min(doubtful))] if doubtful else []


_PLACE_CODES = ("WS", "ST", "LU")
"""REF and N9 128: warehouse storage location, store number, location number."""


def find_referenced_places(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[int]:
    """REF and N9 of an X12 message that may name the place of lines for which no other is stated.

    ZZ is whatever two partners agreed on. In an 846 it is seen as a region and left alone.
    """
    codes = _PLACE_CODES if setting.message_type == "846" else (*_PLACE_CODES, "ZZ")
    if not setting.x12:
        return []
    return [
        i for chunk in (chunks.header, *chunks.groups, *_lines(chunks)) for i in range(chunk.first, chunk.last)
        if segments[i].tag in ("REF", "N9") and segments[i].value(0) in codes and segments[i].value(1)
    ]  # fmt: skip


def _names_place(segments: Sequence[Segment], chunk: Chunk, setting: Setting) -> bool:
    return any(segments[i].tag in PLACES and place_role(segments[i], setting) != "no" for i in chunk.indices)


def _check_order(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Places, prices and dates before the quantities in some lines and behind them in others; LIN in two forms.

    A partner has one order: where two segments changed places, or a separator is lost, the other lines tell.
    """
    before: dict[str, int] = {}
    behind: dict[str, int] = {}
    for chunk in _lines(chunks):
        span = range(chunk.first, chunk.last)
        opening = next((s for s, _, _ in quantity_positions(segments, chunk.first, chunk.last, setting.x12)), None)
        if opening is None:
            continue
        found = {
            "place": [i for i in span if segments[i].tag in PLACES and place_role(segments[i], setting) != "no"],
            "price": [s for s, _, _ in price_runs(segments, chunk.first, chunk.last, setting)],
            "date": [s for _, (s, _, _) in date_statements(segments, span, setting)],
        }
        for what, indices in found.items():
            sides = {index < opening for index in indices}
            if len(sides) == 1:
                (before if True in sides else behind).setdefault(what, indices[0])
    dated = [i for chunk in chunks.groups for _, (i, _, _) in date_statements(segments, chunk.indices, setting)]
    if dated:  # a date behind the quantities of a line may then be the next group's
        before.setdefault("date", dated[0])
    findings = [
        Finding("order-mixed", f"The {what} stands before the quantities in some lines and behind them in others.", at)
        for what, at in behind.items()
        if what in before
    ]
    return findings + _check_forms(segments, setting)


def _check_header_dates(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Dates of the header behind the place of a group: what stands between them may have moved there."""
    opener = min((chunk.first for chunk in chunks.groups), default=len(segments))
    behind = [i for _, (i, _, _) in date_statements(segments, chunks.header.indices, setting) if i > opener]
    if not behind:
        return []
    return [Finding("order-mixed", "A date of the header stands behind the place of the first lines.", behind[0])]


def _check_shifted(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Dates and currencies that stand above the first line and behind other lines, but not behind the last one.

    They open the lines that follow them; read as ends of lines, each would be the line before's.
    """
    above = {
        signature(segments[i]) for chunk in (chunks.header, *chunks.groups)
        for i in _dates_and_currencies(segments, chunk.indices, setting)
    }  # fmt: skip
    behind: list[dict[tuple[str, str], int]] = []
    for line in _lines(chunks):
        stated = [s for s, _, _ in quantity_positions(segments, line.first, line.last, setting.x12)]
        if stated:
            tail = _dates_and_currencies(segments, range(stated[-1] + 1, line.last), setting)
            behind.append({signature(segments[i]): i for i in tail})
    for own in behind[:-1]:
        for kind, index in own.items():
            if kind in above and kind not in behind[-1]:
                detail = f"{kind[0]} {kind[1]} stands above the first line and behind others, but not behind the last."
                return [Finding("order-mixed", detail, index)]
    return []


def _dates_and_currencies(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> list[int]:
    dates = [index for _, (index, _, _) in date_statements(segments, indices, setting)]
    return dates + [index for index in indices if segments[index].tag in ("CUX", "CUR")]


def _check_prices(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Prices in another order, or of a code of quantities that has none in another line which states prices too."""
    kinds = [price_kind(segment) if segment.tag in ("PRI", "CTP") else None for segment in segments]
    following = {kind for before, kind in pairwise(kinds) if before and kind and before != kind}
    for index, (before, kind, behind) in enumerate(zip([None, *kinds], kinds, [*kinds[1:], None], strict=False)):
        if kind in following and behind and not before:
            detail = f"{segments[index].tag} {segments[index].value(0)} is the first of some prices and not of others."
            return [Finding("order-mixed", detail, index)]
    return _check_priced_lines(segments, chunks, setting)


def _check_priced_lines(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Which quantities have a price: a code all or none, and no line has its neighbour's beside its own."""
    priced: dict[str, bool] = {}
    shared: set[bool] = set()
    surplus: list[int] = []  # runs of prices more than quantities, for each line
    for line in _lines(chunks):
        span = quantity_positions(segments, line.first, line.last, setting.x12)
        # A count of documents (QTY OC, N4) stands between a ZA and its price and has none itself.
        activities = sorted({
            a for a in (activity_of(segments, s, setting.x12) for s, _, _ in span)
            if setting.measure(segments[a].tag, segments[a].value(0)) != "ignored"
        })  # fmt: skip
        runs = price_runs(segments, line.first, line.last, setting)
        surplus.append(len(runs) - len(activities))
        if len(surplus) > 1 and _is_moved(surplus[-2:], len(activities)):
            detail = "A line without a price stands beside one with too many: one of them is the other's."
            return [Finding("order-mixed", detail, line.first)]
        if not activities or not runs:
            continue
        if not setting.x12 and activities[0] != activities[-1] and runs[-1][0] > activities[-1]:
            shared.add(len(runs) == 1)
        if len(shared) > 1:
            detail = "One price stands behind all quantities of a line; in others each quantity has its own."
            return [Finding("order-mixed", detail, runs[0][0])]
        for activity, price in bind_prices(segments, line.first, line.last, activities, setting)[0].items():
            code = segments[activity].value(0)
            if priced.setdefault(code, price is not None) != (price is not None):
                detail = f"Quantity {code} has a price in some lines and none in others that state prices."
                return [Finding("order-mixed", detail, activity)]
    return []


def _is_moved(surplus: list[int], activities: int) -> bool:
    """Whether of two lines with one quantity each the one has no price and the other two."""
    return activities == 1 and sorted(surplus) == [-1, 1]


def _check_summary(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """What lines are made of, behind the last line and before the trailer."""
    end = max(chunk.last for chunk in chunks)
    tags = set(DATA[setting.x12]) - {"CNT", "CTT"}
    stray = next((i for i in range(end, len(segments)) if segments[i].tag in tags), None)
    if stray is None:
        return []
    return [Finding("unread-data", f"{segments[stray].tag} stands in the summary, behind the last line.", stray)]


def _check_parts(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """SCH with a place beside SCH without one: a place may be lost."""
    parts = [i for line in _lines(chunks) for i in range(line.first, line.last) if segments[i].tag == "SCH"]
    bare = [i for i in parts if not segments[i].value(3)]
    if not setting.x12 or not 0 < len(bare) < len(parts):
        return []
    return [Finding("place-missing", "Some SCH of the message name a place and others none.", bare[0])]


def _find_empty_groups(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Places with no line under them: nothing was sold there, or the lines are lost."""
    used = {id(line.group) for line in chunks.lines}
    empty = [chunk.first for chunk in chunks.groups if id(chunk) not in used and _names_place(segments, chunk, setting)]
    if not empty:
        return []
    detail = f"{len(empty)} places have no line, the first is {segments[empty[0]].raw[:60]}."
    return [Finding("place-without-lines", detail, empty[0])]


def _check_forms(segments: Sequence[Segment], setting: Setting) -> list[Finding]:
    """LIN with its item in the second element beside others with it in the third, or without a type beside none."""
    forms: dict[str, int] = {}
    for index, segment in enumerate(segments):
        if segment.tag == "LIN" and not setting.x12:
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


def _check_line_numbers(segments: Sequence[Segment], chunks: Chunks) -> list[Finding]:
    """Numbers that start again at one place, or leave some out: warnings, since many number as they like."""
    runs: dict[int, list[tuple[int, int]]] = {}
    for chunk in _lines(chunks):
        lin = next((i for i in range(chunk.first, chunk.last) if segments[i].tag == "LIN"), None)
        number = read_count(segments[lin].value(0)) if lin is not None else None
        if lin is not None and number is not None:
            runs.setdefault(id(chunk.group), []).append((number, lin))
    return judge_line_numbers(list(runs.values()))


def judge_line_numbers(runs: Sequence[Sequence[tuple[int, int]]]) -> list[Finding]:
    """(number, segment) of each LIN, a run for each place: numbers that repeat or leave some out."""
    steps = [(b - a, lin) for run in runs for (a, _), (b, lin) in pairwise(run)]
    if not steps:
        return []
    back = [lin for step, lin in steps if step <= 0]
    if back:
        detail = "Line numbers repeat or start again: a line may be sent twice, or the place of a group be lost."
        return [Finding("line-number-repeated", detail, back[0])]
    usual = min(step for step, _ in steps)
    gaps = [lin for step, lin in steps if step != usual]
    if gaps and 2 * len(gaps) < len(steps):
        return [Finding("line-number-gap", f"Line numbers leave some out ({len(gaps)} gaps).", gaps[0])]
    return []


def _find_unmapped(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """Codes that the tables do not know, and weeks that are stated by their number."""
    findings: list[Finding] = []
    parties = [i for i in chunks.header.indices if segments[i].tag in ("NAD", "N1")]
    unknown = {segments[i].value(0): i for i in parties if place_role(segments[i], setting) is None}
    if unknown:
        detail = f"The tables do not say whether the parties {name_some(unknown)} are places."
        findings.append(Finding("unmapped-party-role", detail, min(unknown.values())))
    dates = [i for i, segment in enumerate(segments) if segment.tag == "DTM" and segment.value(0)]
    strange = {
        segments[i].value(0): i for i in reversed(dates)
        if setting.reference.date_role(setting.standard, "DTM", segments[i].value(0)) is None
    }  # fmt: skip
    if strange:
        detail = f"The tables do not say what the dates {name_some(strange)} are; they are not used."
        findings.append(Finding("unmapped-date-role", detail, min(strange.values())))
    week = next((i for i in dates if not setting.x12 and segments[i].value(0, 2) in ("616", "716")), None)
    if week is not None:
        detail = f"The week {segments[week].value(0, 1)} is read as a week of ISO 8601."
        findings.append(Finding("week-numbering", detail, week))
    return findings
