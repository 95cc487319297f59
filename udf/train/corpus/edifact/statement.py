"""What header, group and line state alike: dates, periods, places, parties and prices."""

import random

from udf.train.corpus.drafts import Draft, Element, Reference
from udf.train.corpus.edifact.dialect import EdifactDialect
from udf.train.corpus.values import code, day, digits, money, place


def add_date(
    dialect: EdifactDialect, r: random.Random, draft: Draft, qualifier: str, value: str = "", fmt: str = ""
) -> Reference:
    if not value:
        fmt = fmt or dialect.date_format
        value = {"101": day(r, six=True), "203": day(r) + "0830"}.get(fmt) or day(r)
    return draft.add("DTM", [qualifier, value, fmt]), 0, 1


def add_period(dialect: EdifactDialect, r: random.Random, draft: Draft, shape: str) -> tuple[Reference, Reference]:
    """A stated period: one date, a pair or a range in one component (2379 formats 718, 711, 610, 616, 716)."""
    if shape == "pair":
        first, last = sorted((day(r), day(r)))
        values = {"101": (first[2:], last[2:]), "203": (first + "0000", last + "2359")}
        first, last = values.get(dialect.date_format, (first, last))
        start = add_date(dialect, r, draft, dialect.pair[0], first, dialect.date_format)
        return start, add_date(dialect, r, draft, dialect.pair[1], last, dialect.date_format)
    if shape == "range":
        fmt = r.choice(["718", "711", "718", "717", "610", "616", "716"])
        join = r.choice(["-", ""])
        value = {
            "610": f"2026{r.randint(1, 12):02d}", "616": f"2026{r.randint(1, 52):02d}",
            "716": f"2026{r.randint(1, 26):02d}{join}2026{r.randint(26, 52):02d}",
            "717": join.join(sorted((day(r, six=True), day(r, six=True)))),
        }.get(fmt) or join.join(sorted((day(r), day(r))))  # fmt: skip
        # a month or a week is no range: as a start alone it says nothing of the end
        as_start = [] if fmt in ("610", "616") else ["90"]
        only = add_date(dialect, r, draft, r.choice(["356", "356", dialect.one, *as_start]), value, fmt)
    else:
        only = add_date(dialect, r, draft, dialect.one)
    return only, only


def add_place(
    dialect: EdifactDialect, r: random.Random, draft: Draft, by_loc: bool, taken: list[str] | None = None
) -> tuple[Reference, Reference]:
    """A place that is not among those `taken`, which it joins."""
    value: Element = [place(r), "", dialect.agency] if dialect.agency else [place(r)]
    if r.random() < 0.02:
        value = [place(r), r.choice(["", "ZZ"]), "", digits(r, 3)] if by_loc else value
    segment = draft.add("LOC", dialect.loc, value) if by_loc else draft.add("NAD", dialect.place_role, value)
    taken = [] if taken is None else taken
    while segment.elements[1][0] in taken:
        segment.elements[1][0] = place(r)
    taken.append(segment.elements[1][0])
    return (segment, 1, 0), (segment, 1, 2)


def add_parties(dialect: EdifactDialect, r: random.Random, draft: Draft, roles: list[str]) -> None:
    """Parties with a number, a number and a name, or a name alone; GY has a number, since it may be a place."""
    for role in roles:
        party: Element = [digits(r, 13) if r.random() < 0.8 else code(r, 4, 10)]
        if r.random() < 0.9:
            party = [*party, "", r.choice(["9", "92", "91", "9"])]
        name = r.choice(["ACME GMBH", "TOOLS AND MORE", "X"])
        kind = r.random()
        if kind < 0.06 and role != "GY":
            draft.add("NAD", role, "", "", name)
        elif kind < 0.16:
            draft.add("NAD", role, party, "", name)
        else:
            draft.add("NAD", role, party)


def add_price(dialect: EdifactDialect, r: random.Random, draft: Draft) -> dict[str, Reference]:
    value = [dialect.price_type, money(r)] + (["", dialect.price_kind] if dialect.price_kind else [])
    pri = draft.add("PRI", value)
    if dialect.two_prices:
        draft.add("PRI", [dialect.second_type, money(r)])
    return {"price": (pri, 0, 1), "price_type": (pri, 0, 0)}
