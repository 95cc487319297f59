"""What is known of each item over all partners: the rows of dim_item."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.reference.chance import COMMON_PACKS
from tests.reference.measures import Row, item_key
from tests.reference.reports import History, Pack
from tests.reference.verdicts import blank_to_none, identify
from tests.reference.weeks import Account

SEEDS = Path(__file__).parents[2] / "seeds" / "reference"


@dataclass(frozen=True)
class Member:
    """An item as one partner names it."""

    item_key: str
    item_type: str
    item: str
    partner: str
    identifiers: frozenset[str]


def list_members(account: Account, tables: dict[str, list[Row]]) -> list[Member]:
    """The items that sales or stock was stated of; tables are those of the partner."""
    items = {(row["item_id_type"], row["item_id"]) for name in ("fct_sales", "fct_stock") for row in tables[name]}
    sent: dict[tuple[str, str | None], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in account.statements:
        number = blank_to_none(one.line.item_id)
        if number and one.line.item_id_type:
            sent[identify(one.line)][one.message.message_id].add(f"{one.line.item_id_type} {number}")
    last: dict[tuple[str, str], tuple[tuple[object, ...], Row]] = {}
    for row in tables["fct_sell_through_performance"]:
        if row["first_message_id"]:
            item = (row["item_id_type"], row["item_id"])
            place = (row["location_id"], row["unit"], row["week_start_date"])
            last[item] = max(last.get(item, (("",), row)), (place, row), key=lambda found: found[0])
    return [
        Member(
            item_key(account, *item),
            *item,
            account.history.partner,
            frozenset().union(
                *(sent[item][last[item][1][end]] for end in ("first_message_id", "last_message_id") if item in last)
            ),
        )
        for item in items
    ]


def item_rows(members: Iterable[Member], histories: Iterable[History]) -> list[Row]:
    """dim_item: a GTIN is one item whoever names it, any other number one of its partner."""
    described = {(row["partner"] or None, row["item_id_type"], row["item_id"]): row for row in read_seed("items")}
    packs = list_packs(histories)
    by_key: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_key[member.item_key].append(member)
    rows = []
    for key, named in by_key.items():
        one = named[0]
        is_shared = one.item_type == "gtin"
        owner = None if is_shared else one.partner
        seed = described.get((owner, one.item_type, one.item), {})
        own_packs = [
            (who or "", pack.unit, tell_pack(who if is_shared else None, pack))
            for who, pack in packs[one.item_type, one.item]
            if is_shared or who == owner
        ]
        rows.append(
            {
                "item_key": key,
                "item_id_type": one.item_type,
                "item_id": one.item,
                "partner_id": owner,
                "gtin": one.item if is_shared else None,
                "item_description": seed.get("description") or one.item,
                "item_category": seed.get("category") or None,
                "is_described": bool(seed),
                "identifiers_sent": ", ".join(sorted(set().union(*(each.identifiers for each in named)))) or None,
                "pack_factors": ", ".join(told for _, _, told in sorted(own_packs)) or None,
                "partner_count": len(named),
            }
        )
    return rows


def list_packs(histories: Iterable[History]) -> dict[tuple[str, str], list[tuple[str | None, Pack]]]:
    packs: dict[tuple[str, str], list[tuple[str | None, Pack]]] = defaultdict(list)
    seeded = [
        (
            row["partner"] or None,
            Pack(row["item_id_type"], row["item_id"], row["unit"], Decimal(row["contained_units"])),
        )
        for row in read_seed("pack_factors")
    ]
    own = [(history.partner, pack) for history in histories for pack in history.packs]
    for who, pack in [*seeded, *((None, pack) for pack in COMMON_PACKS), *own]:
        packs[pack.item_id_type, pack.item_id].append((who, pack))
    return packs


def tell_pack(who: str | None, pack: Pack) -> str:
    told = f"{who}: " if who else ""
    told += f"{pack.unit} = {format(pack.pieces.normalize(), 'f')} EA"
    return told + (f" of {pack.contained_item_id}" if pack.contained_item_id else "")


def read_seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
