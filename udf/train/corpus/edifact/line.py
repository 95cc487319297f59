"""A line group of EDIFACT: LIN and PIA, what stands beside them, and its quantities."""

import random

from udf.train.corpus.drafts import Draft, Element, Reference
from udf.train.corpus.edifact.dialect import NOISE_DATES, OTHER_LOCS, OTHER_TYPES, EdifactDialect
from udf.train.corpus.edifact.quantity import add_quantities
from udf.train.corpus.edifact.statement import add_date, add_period, add_place, add_price
from udf.train.corpus.items import choice_rank, item_rank
from udf.train.corpus.values import code, digits, gtin, item_number, money, phrase


def _identify(dialect: EdifactDialect, r: random.Random, draft: Draft, counter: int) -> dict[str, Reference]:
    """LIN and the PIA that matter: the item is the GTIN if there is one, else the vendor's, else the buyer's."""

    def value(kind: str) -> str:
        text = gtin(r) if item_rank(kind) == 0 and r.random() < 0.9 else item_number(r)
        # three characters without a type could be an action code as well
        return text + digits(r, 1) if dialect.type_missing and len(text) < 4 else text

    found: list[tuple[float, int, Reference, Reference | None]] = []
    above: list[Element] = []
    line_number = str(counter) if dialect.line_numbers else ""
    identity = [value(dialect.item_type)] if dialect.type_missing else [value(dialect.item_type), dialect.item_type]
    if dialect.item_in_pia:
        draft.add(
            "LIN",
            *([line_number] if line_number or not dialect.action else [""]),
            *([dialect.action] if dialect.action else []),
        )
    elif dialect.shifted_line:
        lin = draft.add("LIN", line_number, identity)
        found.append((choice_rank(dialect.item_type, dialect.unit), 0, (lin, 1, 0), (lin, 1, 1)))
    else:
        if dialect.sublines and counter > 1 and r.random() < 0.6:
            above.append(["1", "1"])
        lin = draft.add("LIN", line_number, dialect.action, identity, *above)
        rank = 0.5 if dialect.type_missing else choice_rank(dialect.item_type, dialect.unit)
        found.append((rank, 0, (lin, 2, 0), None if dialect.type_missing else (lin, 2, 1)))
    own = {dialect.item_type}  # one number of each type identifies the product (4347: 5)
    count = max(dialect.item_in_pia, sum(e == "PIA" for e in dialect.extras) if r.random() < 0.85 else 0)
    for order in range(count):
        function = r.choice(["1", "5", "5"])
        named = own if function == "5" else {dialect.item_type} if dialect.item_in_pia and not order else set()
        others = [k for k in OTHER_TYPES if k not in named]
        kinds = [dialect.item_type] if dialect.item_in_pia and not order else [r.choice(others)]
        if r.random() < 0.25:
            kinds.append(r.choice([k for k in others if k not in kinds]))
        if dialect.item_in_pia:
            r.shuffle(kinds)
        pia = draft.add("PIA", function, *([value(k), k] for k in kinds))
        own |= set(kinds) if function == "5" else set()
        for n, kind in enumerate(kinds):
            found.append((choice_rank(kind, dialect.unit), 1 + order, (pia, 1 + n, 0), (pia, 1 + n, 1)))
    if not found:
        return {}
    best = min(enumerate(found), key=lambda entry: (entry[1][0], entry[0]))[1]
    part_of = {"parent_line": (lin, 3, 1)} if above else {}
    return {"item": best[2]} | ({"item_type": best[3]} if best[3] else {}) | part_of


def write_line(dialect: EdifactDialect, r: random.Random, draft: Draft, counter: int, may_lack: bool) -> None:
    if dialect.gis:
        draft.add(r.choice(["GIS", "GEI"]), r.choice(["1", "37", "6"]))
    base = _identify(dialect, r, draft, counter)
    is_dated = dialect.when.startswith("line")
    dates_first = is_dated and "RFF" in dialect.extras  # a date below RFF is the reference's
    if dates_first:
        base["start"], base["end"] = add_period(dialect, r, draft, dialect.when[5:])
    _add_extras(dialect, r, draft)
    if is_dated and not dates_first:
        base["start"], base["end"] = add_period(dialect, r, draft, dialect.when[5:])
    if dialect.where in ("loc-line", "nad-line"):
        base["location"], base["location_type"] = add_place(dialect, r, draft, dialect.where == "loc-line")
    if dialect.amount == "before":
        draft.add("MOA", ["203", money(r)])
    if dialect.price == "before":
        base |= add_price(dialect, r, draft)
    if may_lack and r.random() < 0.02:
        draft.add_line([])
        return
    records = add_quantities(dialect, r, draft, base)
    if dialect.price == "after":
        price = add_price(dialect, r, draft)
        records = [record | price for record in records]
    if dialect.amount == "after":
        draft.add("MOA", [r.choice(["203", "66", "146"]), money(r)])
    draft.add_line(records)


def _add_extras(dialect: EdifactDialect, r: random.Random, draft: Draft) -> None:
    for tag in dialect.texts:
        if tag == "IMD":
            draft.add("IMD", "F", "", ["", "", "", phrase(r)])
        elif tag == "FTX":
            draft.add("FTX", "ACB", "", "", phrase(r))
        elif tag == "MEA":
            draft.add("MEA", "PD", "AAA", ["KGM", money(r)])
        else:
            draft.add(tag, r.choice(["", "5"]), "", r.choice(["1", "82", "130"]))
    for extra in dialect.extras:
        if r.random() < 0.2:
            continue
        if extra == "RFF":
            draft.add("RFF", [r.choice(["PD", "AEN", "SA", "ON", "AAK", "LI"]), code(r, 2, 9)])
        elif extra == "GIN":
            draft.add("GIN", r.choice(["BN", "BJ", "SER"]), code(r, 4, 9))
        elif extra == "STS":
            draft.add("STS", r.choice(["1", "2"]), code(r, 1, 3))
        elif extra == "LOC":
            draft.add("LOC", r.choice(OTHER_LOCS), r.choice(["DE", "FR", code(r, 2, 5)]))
        elif extra == "DTM":
            add_date(dialect, r, draft, r.choice(NOISE_DATES))
        elif extra == "DOC":
            draft.add("DOC", digits(r, 3), code(r, 3, 8))
        elif extra == "QVR":
            draft.add("QVR", [digits(r, 1, 2), "21"])
        elif extra == "XYZ":
            draft.add(
                r.choice(["ZZZ", "X01", "AJT", "PYT", "RNG", "DTP", "UNS"]),
                code(r, 1, 6),
                r.choice(["", code(r, 2, 4)]),
            )
