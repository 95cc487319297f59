"""Tags and the shapes that prove them, held against the code lists that the reference tables know."""

import csv
import re

import pytest

from udf.edi.tags import EDIFACT_SHAPES, EDIFACT_TAGS, MESSAGE_TAGS, NEIGHBOURS, X12_SHAPES, X12_TAGS
from udf.standards.edifact import EDIFACT
from udf.standards.items import BUYER_TYPES, GTIN_TYPES, VENDOR_TYPES
from udf.standards.reference import FOLDER
from udf.standards.x12 import X12


def fits(shapes: dict[str, str], tag: str, behind: str) -> bool:
    """Whether a shape proves a tag before a text with the usual separators."""
    marks = {"«E»": r"[+*]", "«C»": ":", "«S»": "['~]", "«T»": "['~]", "«V»": "[^+*:'~]"}
    return re.match(re.sub("«.»", lambda mark: marks[mark[0]], shapes[tag]), behind) is not None


def codes(table: str, standard: str, segment: str) -> list[str]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [row["code"] for row in rows if (row["standard"], row["segment"]) == (standard, segment)]


def test_every_shape_is_of_a_known_tag() -> None:
    assert EDIFACT_SHAPES.keys() <= EDIFACT_TAGS
    assert X12_SHAPES.keys() <= X12_TAGS


def test_a_neighbour_is_one_letter_away_from_a_tag_that_lines_are_made_of() -> None:
    data = {*EDIFACT.data, *X12.data}
    near = {n for n in NEIGHBOURS for tag in data if sum(a != b for a, b in zip(n, tag, strict=False)) <= 1}
    assert near == NEIGHBOURS


def test_the_model_knows_tags_in_the_order_in_which_it_learnt_them() -> None:
    assert len(MESSAGE_TAGS) == len(set(MESSAGE_TAGS)) == 47
    assert MESSAGE_TAGS[:4] == ["BGM", "DTM", "NAD", "LOC"]
    assert MESSAGE_TAGS[-4:] == ["SLN", "LDT", "ITA", "CS"]


@pytest.mark.parametrize(
    ("tag", "table", "behind", "unproved"),
    [
        # no shape proves them: where a terminator before one of these is lost, the counts tell
        ("ZA", "quantity_meanings", "*{}*5*EA~", set()),
        ("QTY", "quantity_meanings", "*{}*5*EA~", set()),
        ("N1", "party_roles", "*{}**92*1~", {"LP", "CN", "IV", "PE", "LC", "EN", "CA", "LW"}),
        ("DTM", "date_roles", "*{}*20260101~", set()),
    ],
)
def test_the_shapes_of_x12_know_the_codes_of_the_tables(tag: str, table: str, behind: str, unproved: set[str]) -> None:
    known = codes(table, "X12", tag)
    assert known
    assert {code for code in known if not fits(X12_SHAPES, tag, behind.format(code))} == unproved


@pytest.mark.parametrize(
    ("tag", "table", "behind", "unproved"),
    [
        ("QTY", "quantity_meanings", "+{}:5'", {"X14", "X15"}),
        ("NAD", "party_roles", "+{}+1::9'", {"FR", "CA", "II", "OB", "GO"}),
        ("LOC", "party_roles", "+{}+1::9'", {"27", "28", "10", "20"}),
        ("DTM", "date_roles", "+{}:20260101:102'", set()),
    ],
)
def test_the_shapes_of_edifact_know_the_codes_of_the_tables(
    tag: str, table: str, behind: str, unproved: set[str]
) -> None:
    known = codes(table, "EDIFACT", tag)
    assert known
    assert {code for code in known if not fits(EDIFACT_SHAPES, tag, behind.format(code))} == unproved


def test_the_shape_of_a_lin_knows_the_types_of_x12_items() -> None:
    types = (*GTIN_TYPES, *VENDOR_TYPES, *BUYER_TYPES)
    # the first four are EDIFACT's (7143), the others rare
    unproved = {"SRV", "EAN", "SA", "MN"}
    assert {kind for kind in types if not fits(X12_SHAPES, "LIN", f"*1*{kind}*12345~")} == unproved
