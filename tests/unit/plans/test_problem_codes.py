"""Each problem that a message can have is found in a message of a layout that plans know, as it is without plans."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.plans.routes import (
    ACTIVITY,
    BEGINNING,
    EDIFACT,
    GTINS,
    INQUIRY,
    PLACE,
    SOLD,
    STOCK,
    STOCKED,
    UPCS,
    X12,
    Routes,
    Write,
    held,
    line,
    shop,
    write_edifact,
    write_stock,
    write_x12,
)

Rows = Sequence[str]
RESALE = ["BPT*00*D#*20261109", "DTM*090*20261102", "DTM*091*20261108", "PTD*SS", "N1*ST**92*0101"]
RESOLD = [*RESALE, f"LIN*1*UP*{UPCS[0]}", "QTY*32*5*EA"]
ONE, TWO, THREE = [*SOLD, *line()], [*SOLD, *line(1), *line(2)], [*SOLD, *line(1), *line(2), *line(3)]
PRICED = [*SOLD, *line(1, "PRI+AAA:5")]
COUNTED = [*TWO, "CNT+1:24", "CNT+2:2"]
HELD = [*STOCKED, *held(1, "QTY+145:5:PCE"), *held(2, "QTY+145:6:PCE")]
LOTS = [*STOCKED, *held(1, "QTY+145:5:PCE", "RFF+BT:LOT1", "QTY+145:6:PCE", "RFF+BT:LOT2")]
PLACES = [*BEGINNING, *shop("4012345000030", 4, 3), *shop("4012345000047", 5, 1), *shop("4012345000054", 2, 2)]
PARTED = [*ACTIVITY[:1], f"LIN*1*UP*{UPCS[0]}", "ZA*QS*7*EA", "SDQ*EA*92*001*3*002*4"]
SET = [*ACTIVITY, f"LIN*1*UP*{UPCS[0]}", "ZA*QS*5*EA"]
STATED = [*INQUIRY, f"LIN*1*UP*{UPCS[0]}", "QTY*33*8*EA"]
DATED = [*BEGINNING[:2], PLACE, *(row for n in (1, 2, 3, 4) for row in line(n, "DTM+356:20261102:102"))]


def swap(rows: Rows, was: str, *becomes: str) -> list[str]:
    """The rows with one of them replaced by others."""
    assert was in rows
    return [new for row in rows for new in (becomes if row == was else (row,))]


def without(rows: Rows, *lost: str) -> list[str]:
    assert set(lost) <= set(rows)
    return [row for row in rows if row not in lost]


QTY, LIN = "QTY+153:12:PCE", f"LIN+1++{GTINS[0]}:EN"
MESSAGES: dict[str, tuple[Write, Rows, Rows]] = {
    "cnt-line-count-mismatch": (write_edifact, COUNTED, swap(COUNTED, "CNT+2:2", "CNT+2:3")),
    "cnt-quantity-mismatch": (write_edifact, COUNTED, swap(COUNTED, "CNT+1:24", "CNT+1:25")),
    "ctt-line-count-mismatch": (write_x12("852"), [*SET, "CTT*1"], [*SET, "CTT*2"]),
    "ctt-hash-mismatch": (write_x12("852"), [*SET, "CTT*1*5"], [*SET, "CTT*1*6"]),
    "message-total-mismatch": (
        write_x12("867"), RESOLD, swap(RESOLD, "PTD*SS", "QTY*TO*9", "PTD*SS"),
    ),
    "message-without-lines": (write_x12("852"), SET, ACTIVITY),
    "group-type-mismatch": (write_x12("852"), SET, SET),
    "unit-unlisted": (write_edifact, ONE, swap(ONE, QTY, "QTY+153:12:XQ")),
    "stock-state-unknown": (write_stock, HELD, [*HELD, "STS+1+DMG"]),
    "stock-to-come": (
        write_x12("846"), STATED,
        [*STATED[:3], "QTY*33*8*EA", "SCH*3*EA*WH*W1*018*20261108", "SCH*5*EA*WH*W2*018*20261210"],
    ),
    "nil-report": (write_edifact, ONE, SOLD),
    "value-invisible": (write_edifact, ONE, swap(ONE, LIN, f"LIN+1++{GTINS[0][:5]}\u200b{GTINS[0][5:]}:EN")),
    "item-ambiguous": (write_x12("852"), SET, [*ACTIVITY, f"LIN*1*UP*{UPCS[0]}*UP*{UPCS[1]}", "ZA*QS*5*EA"]),
    "two-units": (
        write_edifact, TWO, [*SOLD, *line(1), f"LIN+2++{GTINS[0]}:EN", "QTY+153:1:CT"],
    ),
    "state-misplaced": (write_stock, HELD, [*HELD, "INV++1", "INV++2"]),
    "place-by-name": (write_x12("852"), SET, [ACTIVITY[0], "N1*ST*MARKET", *SET[2:]]),
    "price-not-preferred": (write_edifact, PRICED, swap(PRICED, "PRI+AAA:5", "PRI+CAL:5::DIS", "PRI+CAL:6::CON")),
    "no-line-proved": (write_edifact, ONE, swap(ONE, QTY, "QTY+153:1O:PCE")),
    "header-not-proved": (write_edifact, ONE, swap(ONE, BEGINNING[2], "DTM+90:20261302:102")),
    "group-not-proved": (write_edifact, PLACES, swap(PLACES, "LOC+162+4012345000047::9", "LOC+162+:::")),
    "ambiguous-structure": (write_stock, HELD, [*STOCKED, *HELD[4:6], *STOCKED[3:], *HELD[6:]]),
    "line-without-quantity": (write_edifact, ONE, without(ONE, QTY)),
    "line-without-item": (write_edifact, ONE, swap(ONE, LIN, "LIN+1++99999999:EN")),
    "quantity-not-a-number": (write_edifact, ONE, swap(ONE, QTY, "QTY+153:1-2:PCE")),
    "number-ambiguous": (write_edifact, ONE, swap(ONE, QTY, "QTY+153:1,234:PCE")),
    "repeated-quantity": (write_stock, LOTS, swap(LOTS, "RFF+BT:LOT2", "RFF+BT:LOT1")),
    "split-total-mismatch": (write_x12("852"), PARTED, swap(PARTED, "ZA*QS*7*EA", "ZA*QS*8*EA")),
    "place-misplaced": (write_edifact, ONE, swap(ONE, PLACE, "LOC+XX1+4012345000030::9")),
    "place-order": (
        write_stock, LOTS, [*STOCK, LOTS[4], "LOC+18+A1", *LOTS[5:], "LOC+18+A2"],
    ),
    "price-not-a-number": (write_edifact, PRICED, swap(PRICED, "PRI+AAA:5", "PRI+AAA:5..1")),
    "date-invalid": (write_edifact, ONE, swap(ONE, BEGINNING[2], "DTM+90:20260230:102")),
    "period-reversed": (write_edifact, ONE, swap(ONE, BEGINNING[2], "DTM+90:20261109:102")),
    "header-field-misplaced": (write_edifact, PLACES, swap(PLACES, PLACE, PLACE, "DTM+137:20261109:102")),
    "unmapped-quantity-qualifier": (write_edifact, ONE, swap(ONE, QTY, "QTY+11:12:PCE")),
    "gtin-check-digit": (write_edifact, ONE, swap(ONE, LIN, "LIN+1++4006381333932:EN")),
    "gtin-not-a-number": (write_edifact, ONE, swap(ONE, LIN, "LIN+1++400638133393X:EN")),
    "total-line": (write_edifact, ONE, swap(ONE, LIN, "LIN+1++Total:IN")),
    "item-type-not-stated": (write_edifact, ONE, swap(ONE, LIN, f"LIN+1++{GTINS[0]}")),
    "location-not-stated": (write_edifact, ONE, without(ONE, PLACE)),
    "period-not-stated": (write_edifact, ONE, without(ONE, *BEGINNING[2:])),
    "repaired-segments": (write_edifact, ONE, [*SOLD, LIN + QTY]),
    "week-numbering": (write_edifact, ONE, [*BEGINNING[:2], "DTM+356:202645:616", PLACE, *line()]),
    "segments-after-trailer": (write_edifact, ONE, [*ONE, "UNT+8+#", "BGM+73E+D#+9"]),
    "truncated-message": (write_edifact, ONE, ONE),
    "unt-count-mismatch": (write_edifact, ONE, [*ONE, "UNT+7+#"]),
    "control-reference-mismatch": (write_edifact, ONE, [*ONE, "UNT+9+A#"]),
    "se-count-mismatch": (write_x12("852"), SET, [*SET, "SE*4*0010"]),
    "beginning-missing": (write_edifact, ONE, ONE[1:]),
    "beginning-repeated": (write_edifact, ONE, [ONE[0], *ONE]),
    "unsupported-function": (write_edifact, ONE, swap(ONE, BEGINNING[0], "BGM+73E+D#+2")),
    "quantity-outside-line": (write_edifact, ONE, [*SOLD, QTY, *line()]),
    "item-outside-line": (write_edifact, ONE, [*SOLD, "PIA+1+A1:SA", *line()]),
    "item-order": (
        write_edifact, [*ONE, "QTY+61:3:PCE"], [*ONE, f"PIA+1+{GTINS[1]}:EN", "QTY+61:3:PCE"],
    ),
    "item-type-invalid": (write_x12("852"), SET, swap(SET, f"LIN*1*UP*{UPCS[0]}", f"LIN*1*UPCX*{UPCS[0]}")),
    "quantity-empty": (write_edifact, ONE, swap(ONE, QTY, "QTY+153::PCE")),
    "part-incomplete": (write_x12("852"), PARTED, swap(PARTED, "SDQ*EA*92*001*3*002*4", "SDQ*EA*92*001*3*002*")),
    "segment-malformed": (write_edifact, ONE, swap(ONE, LIN, f"LIN+{GTINS[0]}++1:EN")),
    "tag-damaged": (write_edifact, PRICED, swap(PRICED, "PRI+AAA:5", "PRJ+AAA:5")),
    "order-mixed": (
        write_edifact, [*PRICED, *line(2, "PRI+AAA:4")],
        [*PRICED, f"LIN+2++{GTINS[1]}:EN", "PRI+AAA:4", "QTY+153:3:PCE"],
    ),
    "unread-data": (write_edifact, ONE, swap(ONE, QTY, "QTY+153:12:PCE+PRI+AAA")),
    "repeated-stock": (write_stock, HELD, [row.replace(GTINS[1], GTINS[0]) for row in HELD]),
    "place-empty": (write_edifact, ONE, swap(ONE, PLACE, "LOC+162+::9")),
    "place-ambiguous": (write_stock, HELD, [*STOCKED, "NAD+WH+4012345000047::9", *HELD[4:]]),
    "currency-ambiguous": (
        write_edifact, [*BEGINNING, "CUX+2:EUR:10", "CUX+2:EUR:10", PLACE, *line()],
        [*BEGINNING, "CUX+2:EUR:10", "CUX+2:CHF:10", PLACE, *line()],
    ),
    "price-ambiguous": (
        write_edifact, [*PRICED, "PRI+AAA:5"], [*PRICED, "PRI+AAA:6"],
    ),
    "date-ambiguous": (
        write_edifact, [*BEGINNING, BEGINNING[2], PLACE, *line()],
        [*BEGINNING, "DTM+90:20261103:102", PLACE, *line()],
    ),
    "period-half-stated": (write_edifact, ONE, without(ONE, BEGINNING[3])),
    "price-basis": (write_edifact, PRICED, swap(PRICED, "PRI+AAA:5", "PRI+AAA:5:::100")),
    "fraction-of-pieces": (write_edifact, ONE, swap(ONE, QTY, "QTY+153:1.5:PCE")),
    "date-implausible": (write_edifact, ONE, swap(ONE, BEGINNING[2], "DTM+90:20241102:102")),
    "period-outside-header": (
        write_edifact, [*SOLD, *line(1, "DTM+356:20261103:102")], [*SOLD, *line(1, "DTM+356:20261203:102")],
    ),
    "line-number-repeated": (write_edifact, TWO, [row.replace("LIN+2", "LIN+1") for row in TWO]),
    "line-number-gap": (
        write_edifact, [*THREE, *line(4), *line(5)], [*THREE, *line(5), f"LIN+6++{GTINS[3]}:EN", "QTY+153:2:PCE"],
    ),
    "unmapped-party-role": (write_edifact, ONE, swap(ONE, PLACE, "NAD+ZZ9+4012345000023::9", PLACE)),
    "unmapped-date-role": (write_edifact, ONE, swap(ONE, BEGINNING[1], BEGINNING[1], "DTM+998:20261109:102")),
    "price-outside-line": (write_edifact, PRICED, [*SOLD, "PRI+AAA:5", *line()]),
    "place-missing": (write_edifact, PLACES, without(PLACES, "LOC+162+4012345000030::9")),
    "line-deleted": (write_edifact, ONE, swap(ONE, LIN, f"LIN+1+2+{GTINS[0]}:EN")),
    "split-without-activity": (write_x12("852"), PARTED, without(PARTED, "ZA*QS*7*EA")),
    "place-in-reference": (write_x12("846"), STATED, [*without(STATED, INQUIRY[1]), "REF*ST*0101"]),
    "place-without-lines": (write_edifact, ONE, swap(ONE, PLACE, PLACE, "LOC+162+4012345000047::9")),
    "quantity-swapped": (
        write_edifact, [*ONE, *held(2, "QTY+61:3:PCE")], [*ONE, *held(2, "QTY+61:153:PCE")],
    ),
    "part-swapped": (
        write_x12("852"), PARTED, [*PARTED[:2], "ZA*QS*3*EA", "SDQ*EA*92*3*001*4*002"],
    ),
    "quantity-code-unlisted": (write_edifact, ONE, swap(ONE, QTY, "QTY+x53:12:PCE")),
    "place-lost": (write_edifact, PLACES, without(PLACES, "LOC+162+4012345000047::9")),
    "repeated-block": (write_edifact, PLACES, [*PLACES, *shop("4012345000030", 4, 3)]),
    "total-beside-parts": (
        write_edifact, PLACES,
        [*BEGINNING, *shop("4012345000030", 9, 4), *shop("4012345000047", 4, 3), *shop("4012345000054", 5, 1)],
    ),
    "period-missing": (write_edifact, DATED, DATED[:-1]),
    "several-messages": (write_edifact, ONE, [*ONE, "UNT+8+#", "UNH+2+SLSRPT:D:96A:UN:EAN004"]),
    "unsupported-message-type": (write_edifact, ONE, ONE),
}  # fmt: skip
OF_FILES = frozenset(
    "empty-file no-envelope missing-interchange-trailer unz-count-mismatch une-count-mismatch iea-count-mismatch"
    " ge-count-mismatch encoding-fallback encoding-label-mismatch missing-group-trailer trailer-without-header"
    " text-outside-message".split()
)
"""Before a file is split into messages."""
OF_CALLS = frozenset(
    "empty-message no-message-found message-too-large outcome-too-large envelope-unreadable internal-error"
    " more-problems service-segments-missing".split()
)
"""Of what is no message, of its size, or of its envelope: neither way reads it."""
OF_ANSWERS = frozenset(
    "output-format quantity-not-used quantity-used-twice quantity-misplaced qualifier-misplaced item-misplaced"
    " item-not-preferred place-not-used unit-misplaced price-misplaced price-not-used date-misplaced date-not-used"
    " header-field-not-used readers-disagree meaning-disputed value-miscopied".split()
)
"""Of what a model answers about a sound message: a plan is learnt from an answer against which there was nothing."""
OF_APPROVALS = frozenset(("layout-unlike", "layouts-disagree"))
"""Of what a person has approved as a layout: no plan is learnt where one reads."""


ALTERED = {"unsupported-message-type": ("SLSRPT", "ORDERS"), "truncated-message": ("UNT+9+10'", "")}
"""What is done to the text of the message."""
GROUPS = {"group-type-mismatch": "IB"}
"""GS01 of its group."""


def test_each_code_of_the_table_is_planted_or_is_of_no_message(clone: Path) -> None:
    with (clone / "seeds" / "reference" / "problem_severities.csv").open() as table:
        known = {row["code"] for row in csv.DictReader(table)}
    assert known == MESSAGES.keys() | OF_FILES | OF_CALLS | OF_ANSWERS | OF_APPROVALS


@pytest.mark.parametrize("code", MESSAGES)
def test_plans_find_what_is_found_without_them(code: str) -> None:
    write, lesson, attack = MESSAGES[code]
    routes = Routes(X12 if write(1, lesson).startswith("ST") else EDIFACT).teach(write, lesson)
    routes.envelope = routes.envelope._replace(group_type=GROUPS.get(code))
    found = routes.compare(write(10, attack).replace(*ALTERED.get(code, ("", ""))))
    assert f'"code":"{code}"' in found.problems + found.rejected_lines
