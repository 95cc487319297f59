"""The code lists of the directories, and the reference tables held to them."""

import csv
import re
from collections import defaultdict

import pytest

from udf.standards import codes
from udf.standards.reference import FOLDER, load_reference

TABLES = {
    "quantity_meanings": (codes.QUANTITY_LISTS, "measure"), "party_roles": (codes.PARTY_LISTS, "is_place"),
    "date_roles": (codes.DATE_LISTS, "role"),
}  # fmt: skip
OF_ACTIVITY = {("007", "period"), ("090", "period_start"), ("091", "period_end"), ("184", "as_of"), ("006", "period")}
"""What element 374 says in a ZA: of the activity alone, where DTM may have no role for it."""


def rows(table: str) -> list[dict[str, str]]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if not row.get("partner")]


@pytest.mark.parametrize("table", TABLES)
def test_each_code_of_a_table_is_in_its_list_and_has_a_name_there(table: str) -> None:
    lists = TABLES[table][0]
    for row in rows(table):
        named = {entry["code"]: entry["name"] for entry in codes.read_list(lists[row["standard"], row["segment"]])}
        assert named.get(row["code"]), row


def test_each_type_of_price_is_in_its_list_under_its_name() -> None:
    for row in rows("price_types"):
        named = {entry["code"]: entry["name"].replace(" - ", ", ") for entry in codes.read_list(row["element"])}
        assert named.get(row["code"], "").lower() == row["description"].lower(), row


@pytest.mark.parametrize("table", TABLES)
def test_each_row_of_a_table_means_what_the_list_says(table: str) -> None:
    lists, column = TABLES[table]
    stated: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows(table):
        if row["segment"] == "ZA" and table == "date_roles":
            assert (row["code"], row[column]) in OF_ACTIVITY
        else:
            stated[lists[row["standard"], row["segment"]]][row["code"]].add(row[column])
    for element, meanings in stated.items():
        listed = {entry["code"]: set(entry["meaning"].split()) for entry in codes.read_list(element)}
        assert {code: found for code, found in listed.items() if found} == meanings, element


def test_each_list_names_versions_and_no_code_twice() -> None:
    for path in codes.FOLDER.glob("*.csv"):
        found = list(codes.read_list(path.stem))
        assert len({row["code"] for row in found}) == len(found), path
        for row in found:
            assert all(re.fullmatch(r"|D\.[0-9]{2}[ABC]|0[0-9]{5}|EANCOM", row[end]) for end in ("since", "until")), row


@pytest.mark.parametrize(("version", "measure"), [
    ("D:93A:UN", "on_hand"), ("D:96A:UN:EAN004", "on_hand"), ("D:97A:UN", "on_hand"), ("D:00B:UN", "on_hand"),
    ("D:01A:UN", "consignment"), ("D:01B:UN:EAN007", "consignment"), ("D:10B:UN", "consignment"),
])  # fmt: skip
def test_152_is_on_hand_until_d_00b_and_consignment_from_d_01a_on(version: str, measure: str) -> None:
    assert load_reference().measure("EDIFACT", "INVRPT", "QTY", version, "", "152") == measure


@pytest.mark.parametrize(("code", "measure"), [
    # UN/EDIFACT D.97A 6063: requested and not available; free of charge; not included; what the buyer requires
    ("217", "out_of_stock"), ("192", "free_goods"), ("200", "free_exclusive"), ("131", "to_be_delivered"),
    ("26", "promotion"), ("243", "reserved"), ("244", "reserved"), ("32E", "discount_stock"),
])  # fmt: skip
def test_a_quantity_of_edifact_is_what_its_directory_says(code: str, measure: str) -> None:
    for message_type in ("SLSRPT", "INVRPT"):
        assert load_reference().measure("EDIFACT", message_type, "QTY", "D:01B:UN", "", code) == measure


@pytest.mark.parametrize(("code", "measure"), [
    # X12 859: six kinds of sales that a partner may count for themselves
    ("WQ", "sold_wholesale"), ("BS", "sold_bailment"), ("MS", "sold_military"), ("BT", "sold_transportation"),
    ("OP", "sold_on_premise"), ("OF", "sold_off_premise"), ("QJ", None),
])  # fmt: skip
def test_an_activity_of_x12_is_what_element_859_says(code: str, measure: str | None) -> None:
    assert load_reference().measure("X12", "852", "ZA", "004010", "", code) == measure


def test_dg_is_gas_in_element_673_and_damaged_in_859() -> None:
    assert load_reference().measure("X12", "846", "QTY", "004010", "", "DG") is None
    assert load_reference().measure("X12", "852", "ZA", "004010", "", "DG") == "damaged"


def test_a_code_is_listed_whatever_version_has_it() -> None:
    assert codes.is_listed_quantity("EDIFACT", "QTY", "210")
    assert not codes.is_listed_quantity("EDIFACT", "QTY", "x53")
    assert not codes.is_listed_quantity("X12", "ZA", "S")


ITEM_LISTS = {"7143": "EDIFACT 7143", "235": "X12 element 235"}


@pytest.mark.parametrize("element", ITEM_LISTS)
def test_each_type_of_an_item_is_whose_number_the_list_says(element: str) -> None:
    """A type that says of itself to be seen only is in no list."""
    listed = {row["code"]: row["meaning"] for row in codes.read_list(element) if row["meaning"]}
    stated = {
        row["item_id_type"]: row["namespace"] for row in rows("item_id_types")
        if ITEM_LISTS[element] in row["description"].partition(";")[0] or "both standards" in row["description"]
    }  # fmt: skip
    assert stated == listed
    others = [row for row in rows("item_id_types") if not re.search("EDIFACT|X12|both standards", row["description"])]
    assert [row["item_id_type"] for row in others] == ["EAN"]


def test_each_unit_is_what_its_list_calls_it() -> None:
    """Where the other standard means something else by it, the row says so."""
    lists = {name: {row["code"]: row["name"].lower() for row in codes.read_list(name)} for name in ("6411", "355")}
    for row in rows("units"):
        said = re.fullmatch(
            r"(.+?) \((EDIFACT 6411|X12 element 355|both standards)(?:; in X12 element 355 an? (\w+).*)?\)",
            row["description"],
        )
        assert said, row
        name, where, other = said.groups()
        for element in ("6411", "355"):
            if where == "both standards" or element in where:
                assert lists[element].get(row["unit"]) == name.lower(), row
            elif element == "355" and row["unit"] in lists["355"]:
                assert lists["355"][row["unit"]] == other, row
