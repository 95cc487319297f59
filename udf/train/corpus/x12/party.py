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
    elif role == "BY" or r.random() < 0.85:
        kind = r.choice(["UL", "9", "1", "UL", "92", "91"])
        draft.add("N1", role, name, kind, digits(r, r.choice([9, 13, 13])))
    else:
        draft.add("N1", role, name or "ACME")


def add_parties(dialect: X12Dialect, r: random.Random, draft: Draft) -> None:
    roles: list[str] = r.sample([p for p in PARTIES if not (dialect.buyer_store and p == "BY")], dialect.parties)
    if dialect.header_place:
        roles.insert(r.randint(0, len(roles)), "")
    for role in roles:
        if role:
            add_party(dialect, r, draft, role)
            if r.random() < 0.05:
                draft.add("REF", r.choice(["SB", "CT", "IA", "DP"]), code(r, 3, 8))
        elif dialect.buyer_store:
            segment = draft.add("N1", "BY", r.choice(["", "STORE", "MARKET"]), "92", digits(r, 2, 6))
            draft.state(location=(segment, 3, 0), location_type=(segment, 2, 0))
        else:
            state_place(dialect, r, draft)
