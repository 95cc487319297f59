"""What opens a group of lines: a place with its companions, or the PTD of an 867."""

import random

from udf.train.corpus.drafts import Draft
from udf.train.corpus.values import code, day, days
from udf.train.corpus.x12.dialect import X12Dialect
from udf.train.corpus.x12.party import add_details, add_party, state_place


def open_group(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    """A place for the lines below, with the parties that come with it."""
    for role in dialect.companions if dialect.companions_first else []:
        add_party(dialect, r, draft, role)
    state_place(dialect, r, draft)
    add_details(dialect, r, draft)
    if dialect.group_period:
        start, end = days(r, dialect.six)
        first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
        draft.state(start=(first, 1, 0), end=(last, 1, 0))
    for role in [] if dialect.companions_first else dialect.companions:
        add_party(dialect, r, draft, role)


def open_transfer(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    tail = r.choice([[], [], ["", "", "VC", code(r, 4, 8), "DC"], ["", "", "", "", "DC"], ["007", day(r, dialect.six)]])
    draft.add("PTD", r.choice(["SS", "SS", "SM", "SA", "BD", "SH", "PA", "BJ"]), *tail)
    for _ in range(dialect.ptd_extra if r.random() < 0.7 else 0):
        draft.add(
            *r.choice([("REF", "PO", code(r, 4, 8)), ("DTM", "003", day(r, dialect.six)), ("REF", "DI", code(r, 4, 8))])
        )
    blocks = ["place"] * dialect.ptd_place + ["dates"] * (dialect.period == "transfer")
    if r.random() < 0.4:
        blocks.reverse()
    for block in blocks:
        if block == "dates":
            start, end = days(r, dialect.six)
            first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
            draft.state(start=(first, 1, 0), end=(last, 1, 0))
            continue
        for role in ["BY"] if r.random() < 0.15 else dialect.companions if dialect.companions_first else []:
            add_party(dialect, r, draft, role)
        state_place(dialect, r, draft)
        add_details(dialect, r, draft)
        if r.random() < 0.25:
            add_party(dialect, r, draft, r.choice(["BT", "DS", "SE"]))
        if r.random() < 0.3:
            draft.add("REF", r.choice(["PO", "SB"]), code(r, 4, 8))
