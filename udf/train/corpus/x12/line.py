"""A line group of X12: LIN, what stands beside it, and its quantities with their prices."""

import random

from udf.train.corpus.drafts import Draft, DraftSegment, Element, Reference, stands, total
from udf.train.corpus.items import choice_rank, item_rank, names_no_item
from udf.train.corpus.parts import break_sums, draw_parts, write_mark
from udf.train.corpus.values import code, day, days, digits, gtin, item_number, money, phrase
from udf.train.corpus.x12.dialect import EXTRA_TYPES, NOISE_DATES, X12Dialect
from udf.train.corpus.x12.split import draw_quantity, split_by_place


def _identify(dialect: X12Dialect, r: random.Random, draft: Draft, counter: int) -> dict[str, Reference]:
    elements = [str(counter) if dialect.line_numbers else ""]
    kinds = list(dialect.ids)
    blank = r.randrange(len(kinds)) if len(kinds) > 1 and r.random() < 0.05 else -1
    others = [kind for n, kind in enumerate(kinds) if n != blank]
    # a type of GTIN without its number is damage, and what is left has to name the item
    if item_rank(kinds[blank]) == 0 or all(names_no_item(kind) for kind in others):
        blank = -1
    for n, kind in enumerate(kinds):
        value = gtin(r, (12, 12, 13, 14, 11)) if item_rank(kind) == 0 and r.random() < 0.92 else item_number(r)
        elements += [kind, "" if n == blank else value]
    if r.random() < 0.04:
        other = [kind for kind in EXTRA_TYPES if kind not in kinds]
        elements += [r.choice(other), item_number(r)]
    lin = draft.add("LIN", *elements)
    return {"item": (lin, 2, 0), "item_type": (lin, 1, 0)}


def _add_extras(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    for tag in dialect.texts:
        if tag in ("PID", "PKG"):
            draft.add(tag, "F", "", "", "", phrase(r))
        elif tag == "MEA":
            draft.add("MEA", *r.choice([("", "WT", money(r)), ("TI", "MI", digits(r, 1, 2), "DW")]))
        else:
            draft.add(tag, r.choice(["1", "6", "12"]))
    for extra in dialect.extras:
        if r.random() < 0.25:
            continue
        if extra == "N9":
            draft.add("N9", r.choice(["IK", "LT", "DP"]), digits(r, 3, 9))
        elif extra == "REF":
            # ZZ may name the place where no other is named
            codes = (
                ["ZZ", "LT", "DP", "DI", "PO"] if dialect.is_placed or dialect.message_type == "846" else ["LT", "PO"]
            )
            # beside a loop of lots, one that stands for itself would have a quantity in REF03
            numbers = 1 if dialect.references else r.choice([1, 1, 1, 2])
            draft.add("REF", r.choice(codes), *(code(r, 3, 8) for _ in range(numbers)))
        elif extra == "DTM":
            draft.add("DTM", r.choice(NOISE_DATES), day(r, dialect.six))
        elif extra == "AMT":
            draft.add("AMT", r.choice(["TS", "S", "FO"]), money(r))
        elif extra == "SLN":
            draft.add("SLN", digits(r, 1), "", "I")
        elif extra == "LM":
            draft.add("LM", r.choice(["VI", "AX"]))
        else:
            draft.add(
                r.choice(["ZZZ", "Q99", "ACT", "LQ", "SII", "G95", "PSA", "LDT", "ITA", "CS", "DTP"]),
                code(r, 1, 5),
                r.choice(["", code(r, 2, 4)]),
            )


def _add_price(dialect: X12Dialect, r: random.Random, draft: Draft) -> dict[str, Reference]:
    tail = [["", "", "", "", "", "PE"], ["", dialect.unit or "EA"], []][dialect.price_tail]
    ctp = draft.add("CTP", dialect.price_class, dialect.price_kind, money(r), *tail)
    if dialect.two_prices:
        draft.add("CTP", dialect.price_class, dialect.second_kind, money(r), *tail)
    return {"price": (ctp, 2, 0), "price_type": (ctp, 1, 0)}


def write_line(dialect: X12Dialect, r: random.Random, draft: Draft, counter: int, may_lack: bool) -> None:
    records = _write_segments(dialect, r, draft, counter, may_lack)
    for record in records:
        unit = record.get("unit")
        text = unit[0].elements[unit[1]][unit[2]] if unit is not None and stands(unit) else ""
        record |= _name_item(record["item"][0], text)
    draft.add_line(records)


def _name_item(lin: DraftSegment, unit: str) -> dict[str, Reference]:
    """The identifier of LIN that goes before the others: a case's own number for a quantity in cases."""
    elements = [element[0] for element in lin.elements]
    stated = [e for e in range(1, len(elements) - 1, 2) if elements[e + 1]]
    best = min(stated, key=lambda e: choice_rank(elements[e], unit))
    return {"item": (lin, best + 1, 0), "item_type": (lin, best, 0)}


def _write_segments(
    dialect: X12Dialect, r: random.Random, draft: Draft, counter: int, may_lack: bool
) -> list[dict[str, Reference]]:
    """The records of the line, each with an identifier of LIN."""
    if dialect.quantity_first:
        record = _add_resale_quantity(dialect, r, draft)
        record |= _identify(dialect, r, draft, counter)
        _add_extras(dialect, r, draft)
    else:
        record = _identify(dialect, r, draft, counter)
        _add_extras(dialect, r, draft)
    if dialect.message_type == "867":
        if not dialect.quantity_first:
            record |= _add_resale_quantity(dialect, r, draft)
        for block in r.sample(["price", "dates"], 2) if dialect.quantity_first else ["price", "dates"]:
            if block == "price" and dialect.price != "none":
                record |= _add_resale_price(dialect, r, draft)
            elif block == "dates" and dialect.order_dates:
                draft.add("DTM", "003", day(r, dialect.six))
                draft.add("DTM", "004", day(r, dialect.six))
        if dialect.period == "line":
            start, end = days(r, dialect.six)
            first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
            record |= {"start": (first, 1, 0), "end": (last, 1, 0)}
        return [record]
    if dialect.price == "line" or dialect.price_above:
        record |= _add_price(dialect, r, draft)
    if may_lack and r.random() < 0.02:
        return []
    return _add_activities(dialect, r, draft, record)


def _add_resale_quantity(dialect: X12Dialect, r: random.Random, draft: Draft) -> dict[str, Reference]:
    qty = draft.add("QTY", r.choice(dialect.codes), draw_quantity(r), *_unit_of(dialect))
    return {"qualifier": (qty, 0, 0), "quantity": (qty, 1, 0), "unit": (qty, 2, 0)}


def _unit_of(dialect: X12Dialect) -> list[Element]:
    """The unit of a quantity as a partner writes it: alone, or with its exponent (C001)."""
    return [[dialect.unit, "1"]] if dialect.composite_unit else [dialect.unit] if dialect.unit else []


def _add_resale_price(dialect: X12Dialect, r: random.Random, draft: Draft) -> dict[str, Reference]:
    if dialect.price == "activity":
        behind = draft.segments[-1].tag == "QTY"
        uit = draft.add("UIT", dialect.unit or "EA", money(r))
        if not dialect.class_missing:
            uit.elements.append([r.choice(["CT", "CA", "PE", "TE"])])
        for _ in range(0 if dialect.class_missing else r.choice([0, 0, 1, 1, 2])):
            draft.add("UIT", dialect.unit or "EA", money(r), r.choice(["CA", "CT", "RS"]))
        # a UIT behind a QTY without a unit is the quantity's; farther away it is the price's alone
        unit = {"unit": (uit, 0, 0)} if behind and not dialect.unit else {}
        return {"price": (uit, 1, 0), "price_type": (uit, 2, 0)} | unit
    return _add_price(dialect, r, draft)


_UNITS = ["EA", "FT", "LB", "CA", "BX", "PK", "CS", "DZ", "UN", "PC", "KG", "YD", "RL", "BG"]
"""355, more of them than a line has quantities."""


def _add_activities(
    dialect: X12Dialect, r: random.Random, draft: Draft, base: dict[str, Reference]
) -> list[dict[str, Reference]]:
    records: list[dict[str, Reference]] = []
    codes = dialect.codes[: r.randint(1, len(dialect.codes))] if dialect.some_codes else dialect.codes
    units = r.sample(_UNITS, len(_UNITS))
    if dialect.orders:
        codes = [c for c in codes for _ in range(r.choice([1, 2, 2, 3]) if c == "QP" else 1)]
    if dialect.line_date:
        at = draft.add("DTM", "184", day(r, dialect.six), *r.choice([(), ("1015",), ("1015", "LT")]))
        base |= {"start": (at, 1, 0), "end": (at, 1, 0)}
    if dialect.unit_above:
        base["unit"] = (draft.add("UIT", r.choice(["EA", "FT", "CA"])), 0, 0)
    if dialect.line_quantity:
        qty = draft.add(
            "QTY", r.choice(["17", "33", "32"]), draw_quantity(r), *([dialect.unit] if dialect.unit else [])
        )
        records.append(base | {"qualifier": (qty, 0, 0), "quantity": (qty, 1, 0), "unit": (qty, 2, 0)})
    for qualifier, mark in draw_parts(r, codes, dialect.stock_mark):
        split = dialect.split in ("sdq", "sch", "ws", "n1") and qualifier not in dialect.plain_codes
        with_total = not split or dialect.total or dialect.split in ("sch", "ws") or not dialect.in_za
        elements: list[Element] = [qualifier]
        if with_total or dialect.split == "n1":
            elements += [draw_quantity(r), *(_unit_of(dialect) if not dialect.unit_segment else [])]
        elif not dialect.two_units and r.random() < 0.3:
            elements += ["", dialect.unit or "EA"]
        activity = draft.add("ZA" if dialect.in_za else "QTY", *elements)
        record = {"unit": (activity, 2, 0)} | base | {"qualifier": (activity, 0, 0), "quantity": (activity, 1, 0)}
        if dialect.orders and qualifier == "QP":
            activity.elements[2:] = [[dialect.unit or "EA"], ["002"], [day(r, dialect.six)], ["PO"], [digits(r, 4, 7)]]
        if dialect.coming and qualifier in ("17", "33"):
            draft.add("SCH", draw_quantity(r), dialect.unit or "EA", "", "", "018", day(r, dialect.six))
        if dialect.activity_date and with_total and dialect.unit and not dialect.unit_segment:
            kind = (
                r.choice(["007", "184"]) if dialect.activity_date == "as-of" else r.choice(["164", "003", "011", "036"])
            )
            activity.elements += [[kind], [day(r, dialect.six)]]
            if dialect.activity_date == "as-of":
                record |= {"start": (activity, 4, 0), "end": (activity, 4, 0)}
        if dialect.unit_segment:
            # parts of one stock are in one unit
            own = units.pop() if dialect.own_units else units[0] if dialect.stock_mark else r.choice(_UNITS[:4])
            uit = draft.add("UIT", own)
            if dialect.composite_unit:
                uit.elements[0].append("1")
            record["unit"] = (uit, 0, 0)
            if dialect.price == "activity":
                uit.elements += [[money(r)]] + ([] if dialect.class_missing else [[dialect.unit_class]])
                record |= {"price": (uit, 1, 0), "price_type": (uit, 2, 0)}
        if dialect.counts:
            draft.add("QTY", r.choice(["N4", "OC"]), digits(r, 1, 2))
        is_priced = not dialect.sparse_prices or qualifier == codes[0]
        if dialect.price == "activity" and not dialect.unit_segment and is_priced:
            record |= _add_price(dialect, r, draft)
        write_mark(draft, dialect.stock_mark, mark)
        if not dialect.stock_mark and "DTM" in dialect.extras and r.random() < 0.3 and dialect.message_type == "846":
            draft.add("DTM", r.choice(NOISE_DATES), day(r, dialect.six))
        parts = split_by_place(dialect, r, draft, record) if split else [record]
        if split and dialect.split in ("sdq", "sch", "ws") and stands(record["quantity"]):
            activity.elements[1] = [total(parts)]
        records += parts
    if dialect.stock_mark or dialect.orders or dialect.references:
        break_sums(r, records)
    return records
