"""The honest baseline: no model, only where the standards themselves put things, over the same tolerant reader.

EDIFACT (D.96A SLSRPT and INVRPT): a place named by LOC or a store's NAD holds for the lines that follow, LIN opens a
line, QTY states its quantity, PRI in front of it its price, DTM in the header the period. X12 (852, 846, 867): N1 of a
store holds for all lines, LIN opens one and its first pair names the item, ZA or QTY states a quantity, SDQ splits it,
CTP in front of it is its price, XQ, BIA or DTM 090 and 091 the period. Whatever a partner does otherwise goes wrong.
"""

import datetime
from collections.abc import Sequence
from contextlib import suppress

from udf.document import FLOWS, SALES
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.standards.items import item_class
from udf.standards.reference import Reference
from udf.standards.values import UnreadableValueError, read_number, read_period
from udf.train.corpus.truth import Essence

_STORES = ("ST", "SN", "WH", "RL")
_OTHER_LOCATIONS = ("27", "28", "35")
"""3227: country of origin and of destination, exporting country."""
_Period = tuple[datetime.date | None, datetime.date | None]


def compile_by_rules(text: str, tables: Reference) -> list[Essence]:
    """The lines of one message, as far as the rules reach; nothing is proved. Never raises."""
    segments = read_segments(text, find_delimiters(text))
    opener = next((s for s in segments if s.tag in ("UNH", "ST")), None)
    if opener is None:
        return []
    x12 = opener.tag == "ST"
    message_type = opener.value(0) if x12 else opener.value(1, 0)
    version = "" if x12 or len(opener.elements) < 2 else ":".join(opener.elements[1][1:])
    lines: list[Essence] = []
    place: tuple[str | None, str | None] = (None, None)
    item: tuple[str | None, str | None] = (None, None)
    price: tuple[str | None, str | None] = (None, None)
    period = _period(segments, x12)
    currency = next((s.value(1) if x12 else s.value(0, 1) for s in segments if s.tag == ("CUR" if x12 else "CUX")), "")
    for i, s in enumerate(segments):
        if s.tag == ("N1" if x12 else "NAD") and s.value(0) in _STORES:
            place = (s.value(3), s.value(2)) if x12 else (s.value(1), s.value(1, 2))
        elif s.tag == "LOC" and s.value(0) not in _OTHER_LOCATIONS:
            place = (s.value(1), s.value(1, 2))
        elif s.tag == "LIN":
            item, price = ((s.value(2), s.value(1)) if x12 else (s.value(2), s.value(2, 1))), (None, None)
        elif s.tag == "PIA" and item_class(s.value(1, 1)) < item_class(item[1]):
            item = (s.value(1), s.value(1, 1))
        elif s.tag in ("PRI", "CTP"):
            price = (s.value(2), s.value(1)) if s.tag == "CTP" else (s.value(0, 1), s.value(0, 0))
        elif s.tag in ("QTY", "ZA"):
            code = s.value(0, 0)
            for number, unit, where in _quantities(s, segments[i + 1 :], x12, place):
                with suppress(UnreadableValueError):
                    standard = "X12" if x12 else "EDIFACT"
                    measure = tables.measure(standard, message_type, s.tag, version, "", code) or "unmapped"
                    if measure != "ignored":
                        lines.append(
                            _line(item, where, code, measure, number, unit, price, currency, period, message_type)
                        )
    return lines


def _quantities(
    s: Segment, after: Sequence[Segment], x12: bool, place: tuple[str | None, str | None]
) -> list[tuple[str, str, tuple[str | None, str | None]]]:
    """(quantity, unit, place): the segment's own one, or those of the SDQ behind it."""
    if not x12:
        return [(s.value(0, 1), s.value(0, 2), place)]
    found = []
    for split in after:
        if split.tag != "SDQ":
            break
        values = [element[0] for element in split.elements]
        found += [(n, values[0], (p, values[1])) for p, n in zip(values[2::2], values[3::2], strict=False)]
    return found or [(s.value(1), s.value(2), place)]


def _line(
    item: tuple[str | None, str | None], place: tuple[str | None, str | None], code: str, measure: str, number: str,
    unit: str, price: tuple[str | None, str | None], currency: str, period: _Period, message_type: str,
) -> Essence:  # fmt: skip
    sale = measure in SALES or (measure == "unmapped" and message_type in ("SLSRPT", "867"))
    start, end = period if sale or measure in FLOWS else (None, None)
    return (
        item[0] or None, item[1] or None, place[0] or None, place[1] or None, code, measure, read_number(number),
        unit or None, read_number(price[0]) if price[0] else None, price[1] or None, currency or None, start, end,
        None if sale else period[1],
    )  # fmt: skip


_EDGES = {"90": 0, "194": 0, "91": 1, "206": 1, "090": 0, "091": 1}
_BOTH = ("356", "366", "007")


def _period(segments: Sequence[Segment], x12: bool) -> _Period:
    """What the header says before the first line: start and end, or one date for both."""
    start: datetime.date | None = None
    end: datetime.date | None = None
    for s in segments:
        if s.tag == "LIN":
            break
        if s.tag not in ("DTM", "XQ", "BIA"):
            continue
        with suppress(UnreadableValueError):
            if s.tag == "XQ":
                start, end = read_period(s.value(1))[0], read_period(s.value(2) or s.value(1))[1]
            elif s.tag == "BIA":
                start, end = read_period(s.value(3))
            else:
                code, text, form = (s.value(0), s.value(1), "") if x12 else (s.value(0), s.value(0, 1), s.value(0, 2))
                if code in _BOTH:
                    start, end = read_period(text, form)
                elif code in _EDGES:
                    day = read_period(text, form)[_EDGES[code]]
                    start, end = (day, end) if _EDGES[code] == 0 else (start, day)
    return start, end
