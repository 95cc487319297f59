"""The quantities of a line, each with its place, part of the stock, price and currency where a dialect has them."""

import random

from udf.train.corpus.drafts import Draft, DraftSegment, Element, Reference, total
from udf.train.corpus.edifact.dialect import EdifactDialect
from udf.train.corpus.edifact.statement import add_date, add_parties, add_period, add_place, add_price
from udf.train.corpus.parts import break_sums, draw_parts, write_mark
from udf.train.corpus.values import code, money, number


def add_quantities(
    dialect: EdifactDialect, r: random.Random, draft: Draft, base: dict[str, Reference]
) -> list[dict[str, Reference]]:
    codes = dialect.codes
    if dialect.some_codes:
        codes = codes[: r.randint(1, len(codes))]
    before, after = dialect.where.endswith("before"), dialect.where.endswith("after")
    # Of a total in another window than its parts the model is not shown that it is one.
    has_total = dialect.line_total and len(codes) == 1
    places = (2 if has_total else r.randint(1, dialect.places)) if before or after else 1
    totals = [_add_quantity(dialect, r, draft, qualifier) for qualifier in codes if has_total]
    records = []
    taken: list[str] = []
    for _ in range(places):
        here: dict[str, Reference] = {}
        if before:
            here["location"], here["location_type"] = add_place(dialect, r, draft, dialect.where == "loc-before", taken)
            if r.random() < 0.05:
                draft.add("RFF", ["AAK", code(r, 3, 6)])
        for qualifier, mark in draw_parts(r, codes, dialect.stock_mark):
            if dialect.stock_mark == "INV":
                write_mark(draft, dialect.stock_mark, mark)
            record = base | here | _add_quantity(dialect, r, draft, qualifier)
            if dialect.stock_mark != "INV":
                write_mark(draft, dialect.stock_mark, mark)
            early = dialect.sales or (dialect.where == "nad-after" and r.random() < 0.5)
            if early:
                add_parties(dialect, r, draft, dialect.bystanders)
            if after:
                record["location"], record["location_type"] = add_place(
                    dialect, r, draft, dialect.where == "loc-after", taken
                )
            if dialect.when == "quantity-one":
                record["start"], record["end"] = add_period(dialect, r, draft, "one")
            for extra in dialect.quantity_extras:
                _add_extra(dialect, r, draft, extra)
            if not early:
                add_parties(dialect, r, draft, dialect.bystanders)
            if dialect.price == "each" and (not dialect.sparse_prices or qualifier == codes[0]):
                record |= add_price(dialect, r, draft)
            if dialect.line_currency:
                record["line_currency"] = (draft.add("CUX", ["2", dialect.own_currency, "10"]), 0, 1)
            if dialect.amount == "each":
                draft.add("MOA", ["203", money(r)])
            records.append(record)
    break_sums(r, records)
    for stated in totals:
        segment, e, c = stated["quantity"]
        segment.elements[e][c] = total([record for record in records if _code_of(record) == _code_of(stated)])
    return records


def _code_of(record: dict[str, Reference]) -> str:
    segment, e, c = record["qualifier"]
    return segment.elements[e][c]


def _add_extra(dialect: EdifactDialect, r: random.Random, draft: Draft, extra: str) -> None:
    if extra == "DTM":
        add_date(dialect, r, draft, r.choice(["361", "36", "171", "179", "2", "361"]))
    elif extra == "GIN":
        draft.add("GIN", "BN", code(r, 4, 9))
    elif extra == "RFF":
        draft.add("RFF", [r.choice(["AAK", "ALO", "ON"]), code(r, 2, 9)])
    else:
        draft.add(extra, r.choice(["1", "2", "3"]), code(r, 1, 2))


def _add_quantity(dialect: EdifactDialect, r: random.Random, draft: Draft, qualifier: str) -> dict[str, Reference]:
    if dialect.inv:
        shapes: list[list[Element]] = [["1", "", "1"], ["2", "", "11"], ["", "", "", "", "1"], ["2", "4"]]
        draft.add("INV", *shapes[dialect.inv_shape])
    values = [qualifier, number(r)] + ([dialect.unit] if dialect.unit else [])
    reference: DraftSegment
    if dialect.split_quantity:  # element separators where components are expected
        reference = draft.add("QTY", *values)
        return {"qualifier": (reference, 0, 0), "quantity": (reference, 1, 0), "unit": (reference, 2, 0)}
    reference = draft.add("QTY", values)
    return {"qualifier": (reference, 0, 0), "quantity": (reference, 0, 1), "unit": (reference, 0, 2)}
