"""What outsiders' messages have that no drawn dialect does: a draft is changed before it is taught.

The exam's messages stay as they are, and outsiders' cases are what these habits are measured on.
"""

import random
from collections.abc import Callable

from udf.train.corpus.drafts import Draft
from udf.train.corpus.inventions import repoint
from udf.train.corpus.values import code, digits, gtin

_SHARE = 0.2
"""Of the drafts that a habit fits, how many have it."""


def add_habits(draft: Draft, r: random.Random) -> None:
    """Change a draft by some of the habits that fit it; what it states moves along."""
    for habit in _X12 if draft.message_type.isdigit() else _EDIFACT:
        if r.random() < _SHARE:
            habit(draft, r)


def _name_document(draft: Draft, r: random.Random) -> None:
    """Other documents than the usual ones, with or without their name (BGM C002)."""
    bgm = draft.segments[0]
    bgm.elements[0] = [r.choice(["190", "220", "78", "351", "320", "74", "241", "35"])]
    if r.random() < 0.3:
        bgm.elements[0] += ["", "9", r.choice(["VERKAUFSDATEN", "SALES REPORT", "BESTAND"])]


def _add_currency(draft: Draft, r: random.Random) -> None:
    """A target currency beside the reference currency, before it or behind it (6347)."""
    for segment in draft.segments:
        if segment.tag == "CUX" and len(segment.elements) == 1 and len(segment.elements[0]) > 1:
            target = ["3", r.choice(["USD", "JPY", "NOK"]), "4"]
            if r.random() < 0.6:
                segment.elements.insert(0, target)
                repoint(draft, segment, {(0, 1): (1, 1)})
            else:
                segment.elements.append(target)


def _leave_end(draft: Draft, _: random.Random) -> None:
    """A stock whose report states the end of its period alone."""
    stated = dict(draft.statements)
    start, end = stated.get("start"), stated.get("end")
    if draft.message_type != "INVRPT" or draft.sale_period or start is None or end is None or start[0] is end[0]:
        return
    if start[0].tag != "DTM" or end[0].tag != "DTM" or sum(name == "start" for name, _ in draft.statements) > 1:
        return
    draft.segments = [segment for segment in draft.segments if segment is not start[0]]
    draft.statements = [(name, end if name == "start" else at) for name, at in draft.statements]
    for record in (*draft.whole, draft.header):
        if record.get("start") == start:
            record["start"] = end


def _add_party(draft: Draft, r: random.Random) -> None:
    """A party that is no place, in the header."""
    tag = "N1" if draft.message_type.isdigit() else "NAD"
    places = {id(at[0]) for name, at in draft.statements if name == "location"}
    first = next((n for n, s in enumerate(draft.segments) if s.tag in ("LIN", "PTD", "LOC")), 1)
    known = [n for n in range(1, first) if draft.segments[n].tag == tag]
    openers = [n for n in known if id(draft.segments[n]) in places]
    if openers:
        known = [n for n in known if n <= openers[0]]
    at = r.choice(known) if known else 1 if first > 1 else 0
    if not at:
        return
    if tag == "NAD":
        party = draft.add(tag, r.choice(["CO", "AB", "CZ", "FW", "PE", "SU", "FR"]), [digits(r, 13), "", "9"])
    else:
        name = r.choice(["EXAMPLE VENDOR", "FRITO", "", "ELECTRONICS"])
        number = digits(r, 4, 7) if r.random() < 0.6 else code(r, 3, 5)
        party = draft.add(
            tag, r.choice(["VN", "FR", "SU", "LW", "MF"]), name, r.choice(["92", "92", "FA", "91"]), number
        )
    draft.segments.pop()
    draft.segments.insert(at, party)


def _add_substitute(draft: Draft, r: random.Random) -> None:
    """Another item that may be sent instead (PIA 4347: 3)."""
    segments = []
    for segment in draft.segments:
        segments.append(segment)
        if segment.tag == "LIN" and len(segment.elements) > 2 and segment.elements[2][0]:
            draft.add("PIA", "3", [gtin(r, (13,)), "EN"])
            segments.append(draft.segments.pop())
    draft.segments = segments


def _leave_number(draft: Draft, _: random.Random) -> None:
    """An 846 without a number of its own (BIA03)."""
    bia = draft.segments[0]
    if bia.tag == "BIA":
        bia.elements[2] = [""]
        draft.statements = [entry for entry in draft.statements if entry[0] != "document_number"]
        draft.header.pop("document_number", None)


def _refer(draft: Draft, r: random.Random) -> None:
    """A number of the document that means nothing for its lines."""
    if draft.message_type == "852":
        draft.add("N9", r.choice(["71", "8X", "IA"]), r.choice([digits(r, 1, 2), "PFG-" + code(r, 3, 4), digits(r, 7)]))
        draft.segments.insert(1, draft.segments.pop())


def _describe(draft: Draft, r: random.Random) -> None:
    """A description and a kind of goods among the numbers of an item (235: F7, TP)."""
    for segment in draft.segments:
        if segment.tag == "LIN":
            segment.elements += [["F7"], [r.choice(["RUFFLES VARIETY 40CT", "MUG BLUE"])], ["TP"], ["FG"]]


def _split_before(draft: Draft, _: random.Random) -> None:
    """An SDQ before the only QTY of its line, where 846 has it as well (position 190)."""
    if draft.message_type != "846":
        return
    lins = [n for n, s in enumerate(draft.segments) if s.tag == "LIN"]
    for first, last in zip(lins, [*lins[1:], len(draft.segments)], strict=True):
        tags = [s.tag for s in draft.segments[first:last]]
        if tags.count("QTY") != 1 or "SDQ" not in tags or tags.index("SDQ") != tags.index("QTY") + 1:
            continue
        at = first + tags.index("QTY")
        stop = at + 1 + tags.count("SDQ")
        if all(s.tag == "SDQ" for s in draft.segments[at + 1 : stop]):
            draft.segments[at:stop] = [*draft.segments[at + 1 : stop], draft.segments[at]]


def _name_branch(draft: Draft, r: random.Random) -> None:
    """A distributor whose branch is the place of its report, where the header names no other (98: DB)."""
    first = next((n for n, s in enumerate(draft.segments) if s.tag in ("LIN", "PTD", "QTY")), 0)
    if draft.message_type != "867" or not first or any(name == "location" for name, _ in draft.statements):
        return
    kind = r.choice(["91", "92"])
    branch = draft.add("N1", "DB", r.choice(["EXAMPLE DIST", "VET DISTRIBUTION", ""]), kind, code(r, 2, 5))
    draft.segments.pop()
    known = [n for n in range(1, first) if draft.segments[n].tag == "N1"]
    draft.segments.insert(known[0] if known else first, branch)
    draft.state(location=(branch, 3, 0), location_type=(branch, 2, 0))
    if not any("location" in record for record in draft.whole):
        for record in draft.whole:
            record |= {"location": (branch, 3, 0), "location_type": (branch, 2, 0)}


def _name_location(draft: Draft, _: random.Random) -> None:
    """Goods at a location that is no store and no warehouse (98: LC)."""
    places = {id(at[0]): at[0] for record in draft.whole if (at := record.get("location")) and at[0].tag == "N1"}
    if draft.message_type == "846" and not {s.elements[0][0] for s in places.values()} & {"BY"}:
        for segment in places.values():
            segment.elements[0] = ["LC"]


def _note_dates(draft: Draft, r: random.Random) -> None:
    """When a lot was made or more of it will come, behind a quantity: no day of the stock (374: 405, 169, 017, 050)."""
    if draft.message_type != "846" or any(s.tag in ("SCH", "SDQ", "REF", "LS") for s in draft.segments):
        return
    qualifier = r.choice(["405", "169", "017", "050"])
    segments = []
    for segment in draft.segments:
        segments.append(segment)
        if segment.tag == "QTY":
            draft.add("DTM", qualifier, f"20{digits(r, 2)}0{r.randint(1, 9)}1{r.randint(0, 9)}")
            segments.append(draft.segments.pop())
    draft.segments = segments


Habit = Callable[[Draft, random.Random], None]
_EDIFACT: tuple[Habit, ...] = (_name_document, _add_currency, _leave_end, _add_party, _add_substitute)
_X12: tuple[Habit, ...] = (
    _leave_number, _refer, _add_party, _describe, _split_before, _name_branch, _name_location, _note_dates,
)  # fmt: skip
