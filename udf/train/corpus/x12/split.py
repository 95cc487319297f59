"""A quantity that is split by store or by date: N1, SDQ, SCH, and REF within LS and LE."""

import random

from udf.train.corpus.drafts import Draft, DraftSegment, Reference
from udf.train.corpus.values import code, day, different, number, place
from udf.train.corpus.x12.dialect import X12Dialect
from udf.train.corpus.x12.party import add_details, add_party, add_place

_LONG_AGO = "19891231"
"""Before any day that is drawn for a report (`udf.train.corpus.values.day`)."""


def split_by_place(
    dialect: X12Dialect, r: random.Random, draft: Draft, record: dict[str, Reference]
) -> list[dict[str, Reference]]:
    count = r.randint(1, dialect.stores)
    stores = different(r, place, count)
    records: list[dict[str, Reference]] = []
    numbers = ["0"] * count if dialect.zero_totals else [draw_quantity(r) for _ in range(count)]
    unit_of: DraftSegment
    if dialect.split == "n1":
        records.append(record | add_place(dialect, r, draft))
        add_details(dialect, r, draft)
        for role in dialect.companions if dialect.accompanied else ():
            add_party(dialect, r, draft, role)
        return records
    if dialect.split == "sdq":
        units = r.sample(["EA", "LB", "CA"], 2) if dialect.two_units else [dialect.unit or "EA"]
        width = max(1, count // 2) if dialect.two_units else 10
        while numbers:
            some, numbers = numbers[:width], numbers[width:]
            pairs = [text for n in some for text in (stores.pop(), n)]
            sdq = draft.add("SDQ", units[min(len(records), len(units) - 1)], dialect.id_kind, *pairs)
            if dialect.sub_location and len(some) == 10:
                sdq.elements.append([code(r, 2, 5)])
            records += [
                record | {
                    "location": (sdq, 2 + 2 * k, 0), "location_type": (sdq, 1, 0), "quantity": (sdq, 3 + 2 * k, 0),
                    "unit": (sdq, 0, 0),
                }
                for k in range(len(some))
            ]  # fmt: skip
        return records
    if dialect.split == "sch" and not dialect.sch_places:
        for value, when in zip(numbers, different(r, day, count), strict=True):
            who = ["CA", r.choice(["UPS", "FEDEX", code(r, 3, 5)])] if dialect.carrier else ["", ""]
            unit_of = draft.add("SCH", value, dialect.unit or "EA", *who, dialect.schedule_date, when)
            records.append(record | {"quantity": (unit_of, 0, 0), "unit": (unit_of, 1, 0)})
        return records
    if dialect.split == "sch":
        for value in numbers:
            unit_of = draft.add(
                "SCH",
                value,
                dialect.unit or "EA",
                dialect.place_role,
                stores.pop(),
                r.choice(["002", "097"]),
                _LONG_AGO[2 * dialect.six :],  # a later day than the report's is no split of what there is
            )
            records.append(record | {
                "location": (unit_of, 3, 0), "location_type": (unit_of, 2, 0), "quantity": (unit_of, 0, 0),
                "unit": (unit_of, 1, 0),
            })  # fmt: skip
        return records
    wrapped = dialect.references or dialect.place_code != "WS" or r.random() < 0.7
    if wrapped:
        draft.add("LS", "REF")
    lots = r.choice(["LT", "LT", "PO", "CO"])
    for value in numbers:
        if dialect.references:
            ref = draft.add("REF", lots, code(r, 4, 7), value)
            records.append(record | {"quantity": (ref, 2, 0)})
            continue
        ref = draft.add("REF", dialect.place_code, stores.pop(), value)
        records.append(record | {"location": (ref, 1, 0), "location_type": (ref, 0, 0), "quantity": (ref, 2, 0)})
    if wrapped:
        draft.add("LE", "REF")
    return records


def draw_quantity(r: random.Random) -> str:
    """X12 numbers have a point and never a comma (X12.6, type R)."""
    return number(r).replace(",", ".")
