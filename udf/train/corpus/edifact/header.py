"""The header of a SLSRPT or INVRPT: BGM, dates, references, parties and currency."""

import random

from udf.train.corpus.drafts import Draft, Element
from udf.train.corpus.edifact.dialect import PARTY_ROLES, EdifactDialect
from udf.train.corpus.edifact.statement import add_contact, add_date, add_parties, add_period, add_place
from udf.train.corpus.values import code, digits


def write_header(dialect: EdifactDialect, r: random.Random, draft: Draft) -> None:
    form: Element = dialect.docs if r.random() < 0.85 else [dialect.docs, "", "9"]
    elements: list[Element] = [form]
    if r.random() < 0.95:
        number = r.choice([digits(r, 1, 12), code(r, 3, 12), f"{code(r, 3, 6)}-{digits(r, 2)}"])
        elements.append("" if dialect.numberless else number)
        if r.random() < 0.9:
            elements.append(r.choice(["9", "9", "9", "5", "4", "1", "7", "31", "43", "18"]))
    bgm = draft.add("BGM", *elements)
    draft.state(document_number=(bgm, 1, 0), function=(bgm, 2, 0))
    blocks = ["dates", "parties"]
    if dialect.rff_before_nad:
        blocks.insert(1, "rff")
    elif r.random() < 0.2:
        blocks.append("rff")
    # in a SLSRPT LOC opens a group, in which no header field stands
    if r.random() < 0.15 and not (dialect.sales and dialect.where == "loc-header"):
        r.shuffle(blocks)
    if "rff" in blocks and (at := blocks.index("rff")) < (dated := blocks.index("dates")):
        blocks[at], blocks[dated] = blocks[dated], blocks[at]  # a date below RFF is the reference's
    for block in blocks:
        if block == "dates":
            _add_header_dates(dialect, r, draft)
        elif block == "rff":
            draft.add("RFF", [r.choice(["ON", "AAK", "CR", "DQ", "PL"]), code(r, 3, 9)])
            if r.random() < 0.3:
                add_date(dialect, r, draft, "171")
        else:
            _write_parties(dialect, r, draft, "dates" in blocks[: blocks.index(block)])
    if dialect.currency:
        _add_currency(dialect, r, draft)


def _add_currency(dialect: EdifactDialect, r: random.Random, draft: Draft) -> None:
    """The reference currency (6347: 2), with the target currency (3) before or behind it where a partner states one."""
    own = ["2", r.choice(["EUR", "SEK", "PLN", "USD", "GBP", "CHF"]), r.choice(["10", "4", "9"])]
    target = [["3", r.choice(["JPY", "NOK", "CAD"]), "4"]] if dialect.target_currency else []
    before = dialect.target_currency == "before"
    cux = draft.add("CUX", *([*target, own] if before else [own, *target]))
    if target and r.random() < 0.5:
        cux.elements.append([f"{r.randint(0, 9)}.{digits(r, 2, 4)}"])  # the rate of exchange
    draft.state(currency=(cux, 1 if before else 0, 1))


def _add_header_dates(dialect: EdifactDialect, r: random.Random, draft: Draft) -> None:
    moves = ["document"] * dialect.document_date + ["noise"] * bool(dialect.noise_dates)
    moves += ["period"] * dialect.when.startswith("header")
    if r.random() < 0.15:
        r.shuffle(moves)
    for move in moves:
        if move == "document":
            draft.state(document_date=add_date(dialect, r, draft, "137"))
        elif move == "noise":
            for qualifier in dialect.noise_dates:
                add_date(dialect, r, draft, qualifier)
        else:
            shape = dialect.when[7:]
            if dialect.also_pair and r.random() < 0.5:  # the report date 366 is nearer to the stock than a period
                draft.sale_period = add_period(dialect, r, draft, "pair")
                start, end = add_period(dialect, r, draft, shape)
            else:
                start, end = add_period(dialect, r, draft, shape)
                if dialect.also_pair:
                    draft.sale_period = add_period(dialect, r, draft, "pair")
            draft.state(start=start, end=end)


def _write_parties(dialect: EdifactDialect, r: random.Random, draft: Draft, is_dated: bool) -> None:
    """The parties, with references where no date of the message follows: below RFF it would be the reference's."""
    parties: list[str] = r.sample(PARTY_ROLES, dialect.parties)
    for agent in dialect.agents:
        parties.insert(r.randint(0, len(parties)), agent)
    if dialect.where == "nad-header":
        parties.insert(r.randint(0, len(parties)), "")
        if dialect.place_role != "GY" and r.random() < 0.25:
            parties.insert(r.randint(0, len(parties)), "GY")  # who reports; the store is named beside it
    elif dialect.where == "loc-header":  # in a SLSRPT it opens a group, behind the header
        parties.insert(len(parties) if dialect.sales else r.randint(0, len(parties)), "")
    for role in parties:
        if role:
            add_parties(dialect, r, draft, [role])
            if dialect.contacts and r.random() < 0.5:
                add_contact(r, draft)
        else:
            location, location_type = add_place(dialect, r, draft, dialect.where == "loc-header")
            draft.state(location=location, location_type=location_type)
        if r.random() < 0.08 and is_dated and (role or dialect.where != "loc-header"):
            draft.add("RFF", ["VA", digits(r, 9)])
