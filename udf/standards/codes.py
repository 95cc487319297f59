"""The code lists of the directories: which codes there are, since when and until when, and what each is called.

`lists/` has a file for each data element, by its number: EDIFACT's of UN/EDIFACT D.94B to D.10B with what EANCOM adds
(6411: UN/ECE Recommendation 20), X12's of 003020 to 005010. A blank `since` or `until` is the first or last of these.
Names of X12 and of 6411 stand only where a table of ours uses the code; `meaning` is what it says of a quantity, a
party, a date or an item in our words.
"""

import csv
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

FOLDER = Path(__file__).with_name("lists")

QUANTITY_LISTS = {("EDIFACT", "QTY"): "6063", ("X12", "QTY"): "673", ("X12", "ZA"): "859"}
"""The list of the code that says what a quantity is, by standard and segment."""
PARTY_LISTS = {("EDIFACT", "NAD"): "3035", ("EDIFACT", "LOC"): "3227", ("X12", "N1"): "98"}
"""The list of the role of a party or place."""
DATE_LISTS = {("EDIFACT", "DTM"): "2005", ("X12", "DTM"): "374", ("X12", "ZA"): "374"}
"""The list of what a date says."""


def read_list(element: str) -> Iterator[dict[str, str]]:
    """The rows of the list of a data element: code, since, until, name."""
    with (FOLDER / f"{element}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def codes_of(element: str) -> frozenset[str]:
    """The codes of the list of a data element, of any version."""
    # By position: a session's first call asks for eight lists, which takes 10 ms by name and 3 so.
    with (FOLDER / f"{element}.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(code for code, *_ in islice(csv.reader(file), 1, None))


def is_listed_quantity(standard: str, tag: str, code: str) -> bool:
    """Whether the code of a quantity is in its list."""
    return code in codes_of(QUANTITY_LISTS[standard, tag])


def is_listed_unit(unit: str) -> bool:
    """Whether the code of a unit is in the list of one of the standards: partners of one use the other's."""
    return unit in _UNITS or unit in codes_of("6411") or unit in codes_of("355")


_UNITS = ("PCE", "EA", "KGM", "CT", "CA", "LB", "C62", "CS", "LTR", "MTR")
"""For nearly all there is then no need to read the lists, which takes a millisecond of a session's first call."""
