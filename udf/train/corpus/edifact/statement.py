"""What header, group and line state alike: dates, periods, places, parties and prices."""

import random

from udf.train.corpus.drafts import Draft, DraftSegment, Element, Reference
from udf.train.corpus.edifact.dialect import EdifactDialect
from udf.train.corpus.values import code, day, digits, money, place


def add_date(
    dialect: EdifactDialect, r: random.Random, draft: Draft, qualifier: str, value: str = "", fmt: str = ""
) -> Reference:
    if qualifier == "735":  # an offset from UTC
        value, fmt = "+0100", "406"
    if not value:
        fmt = fmt or dialect.date_format
        value = {"101": day(r, six=True), "203": day(r) + "0830"}.get(fmt) or day(r)
    return draft.add("DTM", [qualifier, value, fmt]), 0, 1


def add_period(dialect: EdifactDialect, r: random.Random, draft: Draft, shape: str) -> tuple[Reference, Reference]:
    """A stated period: a date, an end alone, a pair or a range in one component (2379: 718, 711, 610, 616, 716)."""
    if shape == "pair":
        first, last = sorted((day(r), day(r)))
        values = {"101": (first[2:], last[2:]), "203": (first + "0000", last + "2359")}
        first, last = values.get(dialect.date_format, (first, last))
        start = add_date(dialect, r, draft, dialect.pair[0], first, dialect.date_format)
        return start, add_date(dialect, r, draft, dialect.pair[1], last, dialect.date_format)
    if shape == "end":  # a stock is of the day on which its report ends
        only = add_date(dialect, r, draft, "91")
        return only, only
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
    if dialect.addresses and not by_loc:
        _add_address(r, segment)
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
            nad = draft.add("NAD", role, party)
            if dialect.addresses:
                _add_address(r, nad)


def _add_address(r: random.Random, nad: DraftSegment) -> None:
    """Name, street, town, postal code and country of a party (C080, C059, 3164, 3251, 3207)."""
    name, street = r.choice(["ACME GMBH", "HANDEL KG", "STORE 12"]), f"{r.choice(_STREETS)} {digits(r, 1, 3)}"
    nad.elements += [[""], [name], [street], [r.choice(_TOWNS)], [""], [digits(r, 5)], [r.choice(["DE", "FR", "SE"])]]


_STREETS = ["HAUPTSTR.", "RUE DE LYON", "MAIN ST", "LOC 162"]
_TOWNS = ["BERLIN", "LYON", "OSLO", "ST 4"]


def add_contact(r: random.Random, draft: Draft) -> None:
    """Whom to ask at the party above, and by which number."""
    draft.add("CTA", r.choice(["IC", "OC", "SR"]), [r.choice(["", code(r, 2, 4)]), r.choice(["J DOE", "EDI DESK"])])
    for _ in range(r.choice([1, 1, 2])):
        draft.add("COM", [r.choice([digits(r, 6, 10), "edi@example.com"]), r.choice(["TE", "EM", "FX"])])


def add_price(dialect: EdifactDialect, r: random.Random, draft: Draft) -> dict[str, Reference]:
    tail = ["", dialect.price_kind] if dialect.price_kind else []
    basis = [dialect.price_basis, dialect.price_unit] if dialect.price_basis else []
    if basis:
        tail = [r.choice(["", "CA", "CT"]), dialect.price_kind]
    pri = draft.add("PRI", [dialect.price_type, money(r), *tail, *basis])
    if dialect.two_prices:
        draft.add("PRI", [dialect.second_type, money(r), *(["", "", *basis] if basis else [])])
    return {"price": (pri, 0, 1), "price_type": (pri, 0, 0)}
