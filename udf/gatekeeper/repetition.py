"""The same quantity stated more than once for one item: real separate figures, or a sum beside its parts."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from udf.document import FLOWS
from udf.edi.segments import Segment
from udf.findings import Finding
from udf.gatekeeper.values import are_told_apart, find_sum, is_count, read_count
from udf.reading import Record
from udf.standards.message_types import MESSAGE_TYPES
from udf.standards.places import PLACES, place_role
from udf.standards.quantities import SPLITS, SUB_LOCATION, activity_of, inventory_segments
from udf.standards.setting import Setting, value_at
from udf.standards.values import UnreadableValueError, read_number

# What stands between two equal quantities of a sale and tells them apart: a receipt, a date, a party, a serial number,
# the market or the sales channel (D.96A SLSRPT, group 9: QTY, MKS, NAD).
_OF_SALES = ("RFF", "DTM", "GIN", "STS", "REF", "N9", "G95", "MKS")
_OF_STOCK = {
    # best before and expiry (2005, 374), batch (1153, 128): goods that lie apart; booking dates and delivery notes do
    # not, since they stand beside running balances
    "DTM": ("361", "36", "036"), "RFF": ("BT",), "REF": ("BT", "LT"), "N9": ("BT", "LT"),
}  # fmt: skip
_OWNERS = ("GO",)
"""3035: whose goods they are (D.96A INVRPT, group 12 below the quantity): what one owns is no part of another's."""
_ALWAYS = ("GIN", "STS", "LQ")
"""Identity numbers and states of goods, whatever their first code."""

_TOLD_APART = FLOWS | frozenset(("on_order", "outstanding", "backordered", "in_transit", "to_be_delivered"))
"""Measures of what moves or is to come, each quantity with its date, order or direction; a stock has none of these."""
_MONEY = ("DO",)
"""X12 355: dollars. A turnover beside pieces is no second statement of them; a weight or a carton may be."""

Mark = tuple[str, ...]


def judge_repetition(
    segments: Sequence[Segment], first: int, last: int, records: Sequence[Record], setting: Setting
) -> list[Finding]:
    """Where one quantity is stated twice for one item, place and date, and nothing tells the two apart.

    Of stock it may be a total with its parts or a running balance; of sales, a segment sent twice or the quantity of a
    following item whose LIN is lost. Equal lines, each with its LIN, are real. Stock that is split by best-before date,
    batch or state is real too: each part names its own, by the same kinds of segments, and none is the others' sum.
    """
    is_stock = MESSAGE_TYPES[setting.message_type].is_stock
    several_places = len({value_at(segments, record["location"]) for record in records if "location" in record}) > 1
    split = {record["qualifier"] for record in records if segments[record["quantity"][0]].tag in SPLITS}
    codes_of_split = {value_at(segments, position) for position in split}
    activities = (i for i in range(first, last) if segments[i].tag in ("QTY", "ZA"))
    quantities = sorted({*activities, *(record["quantity"][0] for record in records)})
    inventory = inventory_segments(segments, first, last)
    is_whole: bool | None = None
    found: dict[tuple[str, str], list[Record]] = {}
    seen: dict[tuple[str, str, str | None], _Alike] = defaultdict(_Alike)
    units: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record in records:
        q, code = record["quantity"][0], value_at(segments, record["qualifier"])
        if code in codes_of_split and record["qualifier"] not in split:
            return [Finding("repeated-quantity", f"Quantity {code} is stated by place and once more without.", q)]
        if segments[q].tag in ("QTY", "ZA") and q > first and segments[q - 1].raw == segments[q].raw:
            return [Finding("repeated-quantity", f"Quantity {code} stands twice, the one right behind the other.", q)]
        location, unit = (value_at(segments, record[n]) if n in record else "" for n in ("location", "unit"))
        at = bisect_right(quantities, q)
        stop = quantities[at] if at < len(quantities) else last
        apart: tuple[Mark, ...] = tuple((value_at(segments, record[n]),) for n in ("start", "end") if n in record)
        moved = setting.measure(segments[record["qualifier"][0]].tag, code) in _TOLD_APART
        own = _sale_marks(segments, q, stop, setting) if moved or not is_stock else ()
        if (price := record.get("price")) and q < price[0] < stop and own == () and moved:
            is_whole = _keeps_its_lines(segments, first, last) if is_whole is None else is_whole
            own = ((value_at(segments, price),),) if is_whole else ()
        apart += own + _room_marks(segments, q, stop)
        apart += _stock_marks(segments, q, stop, inventory) if is_stock else ()
        # a place before its quantity may be that of an earlier one whose successor is lost; a part has its own in it
        may_be_earlier = several_places and not ("location" in record and record["location"][0] >= q)
        # one without a unit is like any, others are like those of their unit and those without one
        alike = [seen[code, location, other] for other in ((unit, "") if unit else (None,))]
        stated = () if several_places or not unit or unit in _MONEY else units[code, location] - {unit, *_MONEY}
        others = [seen[code, location, other] for other in stated]
        if any(a.count and not a.differ(apart, is_stock) for a in others):
            detail = f"Quantity {code} is stated in two units for one place and date: one may be the other's content."
            return [Finding("repeated-quantity", detail, q)]
        told = [a.count == 0 or a.differ(apart, is_stock and not moved) for a in alike]
        if may_be_earlier and segments[q].tag not in SPLITS and not all(told):
            detail = f"Quantity {code} is stated twice for one of several places: the place of the second may be lost."
            return [Finding("place-lost", detail, q)]
        if not all(told) or (may_be_earlier and any(a.count for a in alike)):
            return [Finding("repeated-quantity", f"Quantity {code} is stated twice for one place and date.", q)]
        for other in (unit, None):
            seen[code, location, other].note(apart)
        units[code, location] |= {unit} if unit else set()
        found.setdefault((code, location), []).append(record)
    is_by_market = any(segments[i].tag == "MKS" for i in range(first, last))  # all channels, and each of them
    return _find_sum(segments, found, setting) if is_stock or is_by_market else []


def _keeps_its_lines(segments: Sequence[Segment], first: int, last: int) -> bool:
    """Whether no LIN can be lost in a line: the number of the next one follows its own, or all are counted right.

    Only then two prices tell two sales of one item apart: the second could be that of another item.
    """
    lins = [i for i, segment in enumerate(segments) if segment.tag == "LIN"]
    at = next((n for n, i in enumerate(lins) if first <= i < last), None)
    if at is not None and at + 1 < len(lins):
        own, following = (read_count(segments[i].value(0)) for i in lins[at : at + 2])
        if own is not None and following == own + 1:
            return True
    behind = segments[lins[-1] if lins else 0 :]
    counts = (
        segment.value(0, 1) if segment.tag == "CNT" else segment.value(0) for segment in behind
        if segment.tag == "CTT" or (segment.tag == "CNT" and segment.value(0) == "2")
    )  # fmt: skip
    return any(is_count(count, {len(lins)}) for count in counts)


@dataclass(slots=True)
class _Alike:
    """What is said of the quantities of one code, place and unit to tell them apart."""

    count: int = 0
    said: set[tuple[Mark, ...]] = field(default_factory=set)
    _new: list[tuple[Mark, ...]] = field(default_factory=list)
    _kinds: dict[frozenset[Mark], "_OfKinds"] = field(default_factory=dict)

    def note(self, apart: tuple[Mark, ...]) -> None:
        self.count += 1
        if apart not in self.said:
            self.said.add(apart)
            self._new.append(apart)

    def differ(self, apart: tuple[Mark, ...], is_stock: bool) -> bool:
        """Whether each and this one say what they are, and not the same; stock by a kind of segment that both have."""
        if () in self.said or not are_told_apart((apart,), self.said):
            return False
        if not is_stock:
            return True
        for other in map(_by_kind, self._new):
            self._kinds.setdefault(frozenset(other), _OfKinds()).add(other)
        self._new.clear()
        own = _by_kind(apart)
        return all(of_kinds.differ(own, kinds.intersection(own)) for kinds, of_kinds in self._kinds.items())


class _OfKinds:
    """Marks of stocks that have the same kinds of marks: of thousands, one that says the same is found at once."""

    def __init__(self) -> None:
        self._all: list[_ByKind] = []
        self._shared: dict[frozenset[Mark], set[frozenset[tuple[Mark, frozenset[Mark]]]]] = {}

    def add(self, marks: "_ByKind") -> None:
        self._all.append(marks)
        for kinds, found in self._shared.items():
            found.add(_marks_of(marks, kinds))

    def differ(self, own: "_ByKind", kinds: frozenset[Mark]) -> bool:
        """Whether none has the same marks of these kinds; two batches differ, one of which has an expiry date too."""
        if kinds not in self._shared:
            self._shared[kinds] = {_marks_of(marks, kinds) for marks in self._all}
        return are_told_apart((_marks_of(own, kinds),), self._shared[kinds])


_ByKind = dict[Mark, frozenset[Mark]]


def _by_kind(marks: tuple[Mark, ...]) -> _ByKind:
    return {kind: frozenset(mark for mark in marks if mark[:-1] == kind) for kind in {mark[:-1] for mark in marks}}


def _marks_of(marks: _ByKind, kinds: frozenset[Mark]) -> frozenset[tuple[Mark, frozenset[Mark]]]:
    return frozenset((kind, marks[kind]) for kind in kinds)


def _sale_marks(segments: Sequence[Segment], quantity: int, stop: int, setting: Setting) -> tuple[Mark, ...]:
    """A party does, a place does not: what stands behind a quantity may be the place of the next one."""
    marks = [
        (segment.raw,) for segment in segments[quantity + 1 : stop]
        if segment.tag in _OF_SALES or (segment.tag in PLACES and place_role(segment, setting) == "no")
    ]  # fmt: skip
    activity = segments[activity_of(segments, quantity, setting.standard)]
    if activity.tag == "ZA":
        marks += [(value,) for value in map(activity.value, (4, 6, 7)) if value]
    return tuple(marks)


def _room_marks(segments: Sequence[Segment], quantity: int, stop: int) -> tuple[Mark, ...]:
    """(tag, code, value) of a part of the place: D.96A LOC C519, a related location; X12 SDQ23 (310)."""
    marks = [
        ("LOC", segment.value(0), segment.value(2)) for segment in segments[quantity + 1 : stop]
        if segment.tag == "LOC" and segment.value(2)
    ]  # fmt: skip
    if segments[quantity].tag == "SDQ" and segments[quantity].value(SUB_LOCATION):
        marks.append(("SDQ", "", segments[quantity].value(SUB_LOCATION)))
    return tuple(marks)


def _stock_marks(
    segments: Sequence[Segment], quantity: int, stop: int, inventories: Mapping[int, int]
) -> tuple[Mark, ...]:
    """(tag, code, value) of what says which part of the stock a quantity is, and whose it is."""
    marks: list[Mark] = []
    for segment in segments[quantity + 1 : stop]:
        tag = segment.tag
        code = segment.value(0)
        if tag == "NAD" and code in _OWNERS:
            marks.append((tag, code, segment.value(1)))
        value = segment.value(1) or segment.value(0, 1)
        if value and (tag in _ALWAYS or code in _OF_STOCK.get(tag, ())):
            marks.append((tag, code, value))
    if segments[quantity].tag == "REF":  # a part that names what it is: a lot, an order
        marks.append(("REF", segments[quantity].value(0), segments[quantity].value(1)))
    if segments[quantity].tag == "SCH" and segments[quantity].value(5):
        marks.append(("SCH", segments[quantity].value(4), segments[quantity].value(5)))
    inventory = inventories.get(quantity)
    if inventory is not None and (segments[inventory].value(0) or segments[inventory].value(1)):
        marks.append(("INV", segments[inventory].value(0), segments[inventory].value(1)))
    return tuple(marks)


def _find_sum(
    segments: Sequence[Segment], found: Mapping[tuple[str, str], Sequence[Record]], setting: Setting
) -> list[Finding]:
    """Of three and more parts of a stock, or of sales by market, one that is the others' sum may be their total."""
    mark = setting.mark
    for (code, _), parts in found.items():
        if segments[parts[0]["quantity"][0]].tag in SPLITS:
            continue
        try:
            numbers = [read_number(value_at(segments, record["quantity"]), mark) for record in parts]
        except UnreadableValueError:
            continue  # the line says so itself
        found_sum = find_sum(numbers)
        if found_sum is not None:
            detail = f"Of the quantities {code} one is the sum of the others: it may be their total."
            return [Finding("repeated-quantity", detail, parts[found_sum]["quantity"][0])]
    return []
