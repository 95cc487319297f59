"""The headers of 852 (XQ), 846 (BIA) and 867 (BPT): periods, dates, currency and parties."""

import random

from udf.train.corpus.drafts import Draft
from udf.train.corpus.values import code, day, days, digits, item_number
from udf.train.corpus.x12.dialect import NOISE_DATES, X12Dialect
from udf.train.corpus.x12.party import add_parties


def write_852(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    start, end = days(r, dialect.six)
    elements = [r.choice("HFG"), start]
    number_at = 0
    if dialect.period == "range":
        elements.append(end)
    if r.random() < 0.15:
        elements += [""] * (3 - len(elements)) + [code(r, 3, 9)]
        number_at = 3
    xq = draft.add("XQ", *elements)
    draft.state(start=(xq, 1, 0), end=(xq, 2 if dialect.period == "range" else 1, 0))
    if number_at:
        draft.state(document_number=(xq, 3, 0))
    if dialect.details and r.random() < 0.3:
        draft.add("XPO", digits(r, 7), digits(r, 7))
    for _ in range(r.choice([0, 0, 1, 2])):
        draft.add("N9", r.choice(["IA", "DP", "VR", "MR", "CR"]), code(r, 2, 8))
    if r.random() < 0.1:
        _state_currency(dialect, r, draft)
    if dialect.details and r.random() < 0.5:
        draft.add("PER", "IC", "EDI DESK", "TE", digits(r, 10))
    add_parties(dialect, r, draft)


def _state_currency(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    cur = draft.add("CUR", r.choice(["SE", "BY"]), r.choice(["USD", "CAD", "MXN", "EUR"]))
    draft.state(currency=(cur, 1, 0))


def write_846(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    purpose = r.choice(["00", "00", "00", "05", "04", "01", "07", "15", "18", "25"])
    bia = draft.add(
        "BIA",
        purpose,
        r.choice(["DD", "SI", "MB", "DM", "SR", "CM"]),
        item_number(r).replace(" ", ""),
        day(r, dialect.six),
    )
    if r.random() < 0.2:
        bia.elements.append([digits(r, 4, 8)])
    draft.state(function=(bia, 0, 0), document_number=(bia, 2, 0), document_date=(bia, 3, 0))
    draft.state(start=(bia, 3, 0), end=(bia, 3, 0))
    if r.random() < 0.2:
        _state_currency(dialect, r, draft)
    if r.random() < 0.2:
        draft.add("DTM", r.choice(NOISE_DATES), day(r, dialect.six))
    if dialect.period == "one":
        at = draft.add("DTM", "007", day(r, dialect.six))
        draft.state(start=(at, 1, 0), end=(at, 1, 0))
    elif dialect.period == "inventory":
        at = draft.add("DTM", "184", day(r, dialect.six), *r.choice([(), ("1430",), ("1430", "ET")]))
        draft.state(start=(at, 1, 0), end=(at, 1, 0))
    elif dialect.period == "pair":
        start, end = days(r, dialect.six)
        first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
        draft.state(start=(first, 1, 0), end=(last, 1, 0))
    for _ in range(r.choice([0, 0, 1])):
        draft.add("REF", r.choice(["IO", "FI", "ZZ", "IA"]), r.choice(["", code(r, 3, 6)]), r.choice(["", "DVD"]))
    add_parties(dialect, r, draft)


def write_867(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    bpt = draft.add(
        "BPT",
        r.choice(["00", "00", "05", "01", "04"]),
        code(r, 4, 10),
        day(r, dialect.six),
        r.choice(["SS", "CT", "DD", "02", "PR", "SR"]),
    )
    draft.state(function=(bpt, 0, 0), document_number=(bpt, 1, 0), document_date=(bpt, 2, 0))
    if r.random() < 0.15:
        _state_currency(dialect, r, draft)
    if r.random() < 0.15:
        draft.add("DTM", r.choice(["327", "097", "011"]), day(r, dialect.six))
    if dialect.period == "pair":
        start, end = days(r, dialect.six)
        first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
        draft.state(start=(first, 1, 0), end=(last, 1, 0))
    elif dialect.period == "range":
        span = draft.add("DTM", r.choice(["090", "007"]), "", "", "", "RD8", "-".join(days(r)))
        draft.state(start=(span, 5, 0), end=(span, 5, 0))
    if dialect.header_total:
        draft.add("QTY", "TO", digits(r, 1, 4))
    add_parties(dialect, r, draft)
