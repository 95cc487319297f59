"""N1: the place that a dialect names, and the parties that are no place."""

import random

from udf.train.corpus.drafts import Draft, Reference
from udf.train.corpus.values import code, digits, place
from udf.train.corpus.x12.dialect import PARTIES, X12Dialect


def add_place(dialect: X12Dialect, r: random.Random, draft: Draft, role: str = "") -> dict[str, Reference]:
    if dialect.name_only:
        name = draft.add("N1", role or dialect.place_role, r.choice(["STORE ", "MARKET "]) + digits(r, 2))
        return {"location": (name, 1, 0)}
    label = r.choice(["", "", "MAIN STREET", "STORE " + digits(r, 2), code(r, 3, 9)])
    segment = draft.add("N1", role or dialect.place_role, label, dialect.id_kind, place(r))
    return {"location": (segment, 3, 0), "location_type": (segment, 2, 0)}


def state_place(dialect: X12Dialect, r: random.Random, draft: Draft, role: str = "") -> None:
    draft.state(**add_place(dialect, r, draft, role))


def add_party(dialect: X12Dialect, r: random.Random, draft: Draft, role: str) -> None:
    """Who is no place; a buyer beside a store with a number may have the short number of one."""
    name = r.choice(["", "", "ACME STORES", code(r, 4, 10), "WHOLESALE CO"])
    if role == "BY" and dialect.header_place and not dialect.name_only and r.random() < 0.4:
        draft.add("N1", role, name, "92", digits(r, 2, 6))
    elif dialect.short_numbers and role != "BY":  # a vendor's number may be as short as a store's
        draft.add("N1", role, name, r.choice(["92", "92", "93", "FA"]), digits(r, 2, 6))
    elif role == "BY" or r.random() < 0.85:
        kind = r.choice(["UL", "9", "1", "UL", "92", "91"])
        draft.add("N1", role, name, kind, digits(r, r.choice([9, 13, 13])))
    else:
        draft.add("N1", role, name or "ACME")


def add_details(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    """What stands below a party, in the order of the sets: more of its name, its address, references, whom to ask."""
    if not dialect.details:
        return
    if r.random() < 0.3:
        draft.add("N2", r.choice(["DEPT 12", "RECEIVING"]))
    if r.random() < 0.7:
        draft.add("N3", f"{digits(r, 1, 4)} {r.choice(['MAIN ST', 'EXAMPLE RD', 'STORE LN'])}")
        draft.add(
            "N4", r.choice(["DALLAS", "MEMPHIS", "KANSAS CITY"]), r.choice(["TX", "TN", "MO"]), digits(r, 5), "US"
        )
    for number in r.sample(["DP", "IA", "SB", "CT", "VR"], r.choice([0, 1, 2, 2])):
        draft.add("N9" if dialect.message_type == "852" else "REF", number, code(r, 3, 8))
    if r.random() < 0.4:
        draft.add("PER", r.choice(["IC", "CN"]), "EDI DESK", "TE", digits(r, 10))


def add_parties(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    roles: list[str] = r.sample([p for p in PARTIES if not (dialect.buyer_store and p == "BY")], dialect.parties)
    roles += dialect.agents
    if dialect.header_place:
        roles.insert(r.randint(0, len(roles)), "")
    for role in roles:
        if role:
            add_party(dialect, r, draft, role)
            add_details(dialect, r, draft)
            if r.random() < 0.05 and not dialect.details:
                draft.add("REF", r.choice(["SB", "CT", "IA", "DP"]), code(r, 3, 8))
        elif dialect.buyer_store:
            segment = draft.add("N1", "BY", r.choice(["", "STORE", "MARKET"]), "92", digits(r, 2, 6))
            draft.state(location=(segment, 3, 0), location_type=(segment, 2, 0))
        else:
            state_place(dialect, r, draft)
            add_details(dialect, r, draft)
