"""What the values of a message break is refused by both routes, since both call the same checks."""

import json
import re
import sys
from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings, strategies

from tests.unit.plans.routes import (
    ACTIVITY,
    BEGINNING,
    EDIFACT,
    GTINS,
    SOLD,
    STOCK,
    STOCKED,
    UPCS,
    X12,
    Routes,
    Write,
    held,
    line,
    teach_reports,
    write_edifact,
    write_report,
    write_stock,
    write_x12,
)
from udf.gatekeeper.blocks import PlaceSums
from udf.gatekeeper.values import NO_NOUGHT, begins_with_nought
from udf.outcome import Envelope
from udf.plans.checks import check_sums
from udf.plans.conversions import NotPlainError
from udf.plans.plan import PROOFS


@pytest.fixture
def routes() -> Routes:
    return teach_reports()


def write_activity(stores: Sequence[str], number: int = 1) -> str:
    """An 852 that states what was sold in two stores and what lies in two."""
    rows = [
        f"ST*852*{number:04d}", "XQ*H*20261102*20261108", "LIN*1*UP*614141100019",
        "ZA*QS", f"SDQ*EA*92*{stores[0]}*{number}*{stores[1]}*7",
        "ZA*QA", f"SDQ*EA*92*{stores[2]}*{20 + number}*{stores[3]}*30", "CTT*1",
    ]  # fmt: skip
    return "~".join([*rows, f"SE*{len(rows) + 1}*{number:04d}~"])


@pytest.mark.parametrize(
    ("stores", "route"),
    [
        (("0103", "0104", "0103", "0104"), "plan"),
        (("0103", "0104", "0105", "0106"), "plan"),
        (("0103", "0103", "0103", "0104"), "model"),
        (("0103", "0104", "0104", "0104"), "model"),
    ],
)
def test_a_store_may_stand_under_several_activities_but_once_under_each(stores: Sequence[str], route: str) -> None:
    routes, envelope = Routes(X12), X12
    for number in range(1, PROOFS + 1):
        assert routes.read(write_activity(("0101", "0102") * 2, number), envelope).route == "model"
    text = write_activity(stores, 9)
    row, other = routes.read(text, envelope), routes.read_bare(text, envelope)
    assert row.route == route
    assert (row.is_valid, row.is_complete, row.problems) == (other.is_valid, other.is_complete, other.problems)


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("UNT+14", "UNT+15", "unt-count-mismatch"),
        ("+1'\0", "+2'\0", "control-reference-mismatch"),
        ("153:12", "153:1O", "quantity-not-a-number"),
        ("153:12", "153:12-", "quantity-not-a-number"),
        ("AAA:1.25", "AAA:1..5", "price-not-a-number"),
        ("90:20261102", "90:20261302", "date-invalid"),
        ("90:20261102", "90:20271102", "period-reversed"),
    ],
)
def test_what_values_break_is_left_to_the_gatekeeper(routes: Routes, was: str, becomes: str, code: str) -> None:
    text = (write_report() + "\0").replace(was, becomes, 1).rstrip("\0")
    row = routes.read(text)
    assert row.route == "model"
    assert code in row.problems or code in row.rejected_lines


def test_a_part_of_a_stock_that_is_the_sum_of_the_others_is_left_to_the_gatekeeper() -> None:
    def report(number: int, *parts: int) -> str:
        rows = [
            f"UNH+{number}+INVRPT:D:96A:UN:EAN004", f"BGM+35+I{number}+9", "DTM+137:20261109:102",
            "DTM+366:20261108:102", "NAD+WH+4012345000030::9", "LIN+1++4006381333931:EN",
        ]  # fmt: skip
        for lot, part in enumerate(parts, 1):
            rows += [f"QTY+145:{part}:PCE", f"RFF+BT:LOT{lot}"]
        return "'".join([*rows, f"UNT+{len(rows) + 1}+{number}'"])

    routes = Routes()
    for number in range(1, PROOFS + 1):
        assert json.loads(routes.read(report(number, 5, 6, 7)).problems) == []
    assert routes.read(report(8, 5, 6, 8)).route == "plan"
    summed = routes.read(report(9, 5, 6, 11))
    assert summed.route == "model"
    assert "repeated-quantity" in summed.rejected_lines


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [("CNT+2:2", "CNT+2:3", "cnt-line-count-mismatch"), ("CNT+1:19", "CNT+1:20", "cnt-quantity-mismatch")],
)
def test_counts_and_sums_are_held_to_the_lines(was: str, becomes: str, code: str) -> None:
    def counted(number: int) -> str:
        return write_report(number=number).replace("UNT+14", "CNT+1:19'CNT+2:2'UNT+16")

    routes = Routes()
    for number in range(1, PROOFS + 1):
        assert routes.read(counted(number)).route == "model"
    assert routes.read(counted(8)).route == "plan"
    wrong = routes.read(counted(9).replace(was, becomes))
    assert wrong.route == "model"
    assert code in wrong.problems


def test_a_total_is_held_to_its_parts() -> None:
    def split(number: int, total: int, *parts: int) -> str:
        pairs = "*".join(f"00{store}*{part}" for store, part in enumerate(parts, 1))
        rows = [
            f"ST*852*000{number}", "XQ*H*20260105*20260111", "N1*FR**9*123456789", "LIN*1*UP*036000291452",
            f"ZA*QS*{total}*EA", f"SDQ*EA*92*{pairs}",
        ]  # fmt: skip
        return "~".join([*rows, f"SE*{len(rows) + 1}*000{number}~"])

    routes, envelope = Routes(), Envelope(standard="X12", sender="ACME")
    for number in range(1, PROOFS + 1):
        assert routes.read(split(number, 5, 2, 3), envelope).route == "model"
    assert routes.read(split(8, 9, 4, 5), envelope).route == "plan"
    wrong = routes.read(split(9, 10, 4, 5), envelope)
    assert wrong.route == "model"
    assert "split-total-mismatch" in wrong.rejected_lines


SOLD_AND_RETURNED = [*SOLD, *line(1), *held(2, "QTY+61:3:PCE")]
LOTS = [*STOCKED, *held(1, "QTY+145:5:PCE", "RFF+BT:LOT1", "QTY+145:6:PCE", "RFF+BT:LOT2")]
THREE_LOTS = [*LOTS, "QTY+145:9:PCE", "RFF+BT:LOT3"]
COUNTED = [*SOLD, *line(1), *line(2), "CNT+1:24", "CNT+2:2"]
PARTED = [*ACTIVITY[:1], f"LIN*1*UP*{UPCS[0]}", "ZA*QS*7*EA", "SDQ*EA*92*001*3*002*4"]
TWO_ITEMS = [*STOCKED, *held(1, "QTY+145:5:PCE"), *held(2, "QTY+145:6:PCE")]


def replace(rows: Sequence[str], was: str, becomes: str) -> list[str]:
    """The rows with a text replaced that stands in one of them at least."""
    assert any(was in row for row in rows)
    return [row.replace(was, becomes) for row in rows]


SHARED: dict[str, tuple[Write, list[str], list[str], str, object]] = {
    "is_count": (write_edifact, COUNTED, replace(COUNTED, "CNT+2:2", "CNT+2:3"), "cnt-line-count-mismatch", True),
    "countable_lines": (
        write_edifact, COUNTED, replace(COUNTED, "CNT+2:2", "CNT+2:3"), "cnt-line-count-mismatch", {2, 3}
    ),
    "adds_up": (write_edifact, COUNTED, replace(COUNTED, "CNT+1:24", "CNT+1:25"), "cnt-quantity-mismatch", True),
    "adds_up of parts": (
        write_x12("852"), PARTED, replace(PARTED, "ZA*QS*7", "ZA*QS*8"), "split-total-mismatch", True
    ),
    "find_sum": (write_stock, THREE_LOTS, replace(THREE_LOTS, "145:9", "145:11"), "repeated-quantity", None),
    "are_told_apart": (write_stock, LOTS, replace(LOTS, "LOT2", "LOT1"), "repeated-quantity", True),
    "is_reversed": (
        write_edifact, [*SOLD, *line()], replace([*SOLD, *line()], "DTM+90:20261102", "DTM+90:20261109"),
        "period-reversed", False,
    ),
    "exchangeable_codes": (
        write_edifact, SOLD_AND_RETURNED, replace(SOLD_AND_RETURNED, "61:3", "61:153"), "quantity-swapped", frozenset()
    ),
    "stock_key": (write_stock, TWO_ITEMS, replace(TWO_ITEMS, GTINS[1], GTINS[0]), "repeated-stock", None),
    "is_stated_again": (write_stock, TWO_ITEMS, replace(TWO_ITEMS, GTINS[1], GTINS[0]), "repeated-stock", False),
    "has_wrong_check_digit": (
        write_edifact, [*SOLD, *line()], replace([*SOLD, *line()], GTINS[0], "4006381333932"), "gtin-check-digit", False
    ),
    "is_fraction_of_pieces": (
        write_edifact, [*SOLD, *line()], [*SOLD, *line(pieces="1.5")], "fraction-of-pieces", False
    ),
    "judge_line_numbers": (
        write_edifact, [*SOLD, *line(1), *line(2)], replace([*SOLD, *line(1), *line(2)], "LIN+2", "LIN+1"),
        "line-number-repeated", [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED)
def test_a_fault_in_a_check_shows_on_both_routes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write, lesson, attack, code, fault = SHARED[name]
    function = name.partition(" ")[0]
    routes = Routes(X12 if name.endswith("parts") else EDIFACT).teach(write, lesson)
    text = write(10, attack)
    refused = routes.compare(text)
    assert code in refused.problems + refused.rejected_lines
    assert (refused.route == "model") is not refused.is_complete
    for module in [module for path, module in sys.modules.items() if path.startswith("udf.")]:
        if hasattr(module, function):
            monkeypatch.setattr(module, function, lambda *_: fault)
    routes = Routes(routes.envelope).teach(write, lesson)
    passed = routes.compare(text)
    assert (passed.route, code in passed.problems) == ("plan", False)


def test_a_reference_is_repeated_with_or_without_noughts_in_front_by_both_routes() -> None:
    routes = Routes().teach(write_edifact, [*SOLD, *line()])
    text = write_edifact(7, [*SOLD, *line()])
    assert routes.compare(text.replace("UNT+9+7'", "UNT+9+007'")).route == "plan"
    assert "control-reference-mismatch" in routes.compare(text.replace("UNT+9+7'", "UNT+9+8'")).problems


@pytest.mark.parametrize(("year", "route"), [("1969", "model"), ("1970", "plan"), ("2070", "plan"), ("2071", "model")])
def test_years_that_have_messages_are_the_same_on_both_routes(year: str, route: str) -> None:
    routes = Routes().teach(write_edifact, [*SOLD, *line()])
    routes.book.load(row._replace(profile="{}", status="pinned") for row in routes.book.take_changed())
    text = write_edifact(10, [*SOLD, *line()]).replace("20261109", f"{year}1109")
    row = routes.compare(text)
    assert row.is_valid is (route == "plan")


def test_a_quantity_that_begins_with_a_nought_may_be_a_store_on_both_routes() -> None:
    routes = Routes(X12).teach(write_x12("852"), PARTED)
    swapped = replace(replace(PARTED, "001*3*002*4", "3*001*4*002"), "ZA*QS*7", "ZA*QS*3")
    assert "part-swapped" in routes.compare(write_x12("852")(10, swapped)).rejected_lines


@pytest.mark.parametrize("number", ["0", "00", "07", "-07", "+07", "0.5", "00.5", ".05", "-.5", "7", "70", "-0", ""])
def test_the_pattern_of_numbers_without_a_nought_in_front_says_what_the_check_says(number: str) -> None:
    assert (re.match(NO_NOUGHT, number) is None) is begins_with_nought(number)


@pytest.mark.parametrize(
    ("write", "lesson"),
    [
        (write_edifact, [*SOLD, *line(1, "PRI+AAA:10", "QTY+153:3:PCE", "PRI+AAA:8"), *line(2, "PRI+AAA:5")]),
        (write_stock, [
            *STOCK, *held(1, "QTY+145:300:PCE", "QTY+145:100:PCE", "LOC+14+A::9", "QTY+145:200:PCE", "LOC+14+B::9"),
        ]),
    ],
)  # fmt: skip
def test_what_only_prices_tell_apart_and_totals_of_places_are_left_to_the_model(
    write: Write, lesson: Sequence[str]
) -> None:
    routes = Routes().teach(write, lesson, runs=False)
    assert routes.compare(write(9, lesson)).route == "model"


def write_stores(number: int, rows: Sequence[str]) -> str:
    """What was sold of two items in three stores, as two numbers a store."""
    found = [*BEGINNING]
    for store, sold in enumerate(rows, 1):
        found += [f"LOC+162+401234500010{store}::9"]
        found += [row for n, pieces in enumerate(sold.split(), 1) for row in line(n, pieces=pieces)]
    return write_edifact(number, found)


def test_a_place_with_the_sums_of_all_others_is_refused_whoever_reads() -> None:
    routes = Routes().teach(write_stores, ["12 7", "3 4", "8 5"])
    assert routes.compare(write_stores(10, ["20 30", "12 10", "8 21"])).route == "plan"
    row = routes.compare(write_stores(11, ["20 31", "12 10", "8 21"]))
    assert (row.route, row.is_valid) == ("model", False)
    assert "total-beside-parts" in row.problems


def test_one_sale_in_pieces_and_cartons_is_refused_whoever_reads() -> None:
    """Two lines of one item whose number for the carton stands beside that of the piece."""

    def write(number: int, items: Sequence[str]) -> str:
        lines = [f"LIN*{n}*UP*{item}*UK*1{item}8~ZA*QS*{number}*{unit}" for n, (item, unit) in
                 enumerate((item.split() for item in items), 1)]  # fmt: skip
        return write_x12("852")(number, [*ACTIVITY, *"~".join(lines).split("~")])

    routes = Routes(X12).teach(write, [f"{UPCS[0]} EA", f"{UPCS[1]} CA"])
    row = routes.compare(write(10, [f"{UPCS[0]} EA", f"{UPCS[0]} CA"]))
    assert (row.route, row.is_valid) == ("model", False)
    assert "two-units" in row.problems


def swap_in(rows: Sequence[str], was: str, becomes: str) -> list[str]:
    """The rows with one text for another."""
    return [row.replace(was, becomes) for row in rows]


SHOPS = [*ACTIVITY[:1], f"LIN*1*UP*{UPCS[0]}", "ZA*QS**EA", "SDQ*EA*92*0001*3*0002*4*0003*5"]
TWO_ITEMS = [*SOLD, *line(1), *line(2), *line(3)]
MANY = [*BEGINNING] + [
    row for place, first in (("4012345000023", 1), ("4012345000030", 3), ("4012345000047", 5))
    for row in (f"LOC+162+{place}::9", *(
        text for n in (0, 1) for text in (f"LIN+{first + n}++{GTINS[n]}:EN", f"QTY+153:{first + 3 * n}:PCE")
    ))
]  # fmt: skip


@pytest.mark.parametrize(
    ("write", "lesson", "attack", "code"),
    [
        (write_edifact, TWO_ITEMS, [*SOLD, *line(1), *line(1), *line(2)], "repeated-block"),
        (write_x12("852"), SHOPS, swap_in(SHOPS, "0001*3*0002*4*0003*5", "0001*0002*3*4*0003*5"), "part-swapped"),
        (write_x12("852"), SHOPS, swap_in(SHOPS, "0001*3", "12.35*0001"), "part-swapped"),
        (write_edifact, MANY, [row for row in MANY if "0030" not in row], "place-lost"),
        (write_edifact, [*SOLD, *line(1)], [*SOLD, "LIN+1+7+4006381333931:EN", "QTY+153:5:PCE"], "line-deleted"),
    ],
)  # fmt: skip
def test_what_an_outsider_found_is_refused_by_both_routes(
    write: Write, lesson: Sequence[str], attack: Sequence[str], code: str
) -> None:
    routes = Routes(X12 if write(1, lesson).startswith("ST") else EDIFACT).teach(write, lesson)
    found = routes.compare(write(10, attack))
    assert f'"code":"{code}"' in found.problems + found.rejected_lines


ROWS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(["0", "1", "2", "3", "4", "-1", "0.5"]), strategies.sampled_from("ABCD"),
        strategies.sampled_from(["2026-11-08", "2026-11-09"]), strategies.sampled_from("XYZ"),
    ).map(lambda row: (*row, row[3])),
    max_size=9,
)  # fmt: skip
KINDS = [("153", "PCE", "PCE"), ("153", "PCE", None), ("153", "KGM", None), ("17", "PCE", "PCE")]


@given(strategies.lists(ROWS, min_size=4, max_size=4))
@settings(max_examples=1000)
@example([[(f"{q}", p, "2026-11-08", i, i) for i in "XY" for p, q in zip("ABC", (1, 3, 4), strict=True)], [], [], []])
@example([[("1", p, "2026-11-08", i, i) for p in "AAB" for i in "XY"], [], [], []])
@example(
    [
        [("2", p, "2026-11-08", i, i) for i in "XY" for p in "AB"], [],
        [("2", p, "2026-11-08", "Z", "Z") for p in "AC"], [],
    ]
)  # fmt: skip
@example(  # the total of what is counted in pieces, beside kilograms of others
    [
        [(q, p, "2026-11-08", i, i) for i in "XY" for q, p in zip("422", "ABC", strict=True)], [],
        [("1", p, "2026-11-08", "X", "X") for p in "BC"], [],
    ]
)  # fmt: skip
def test_a_first_look_at_sums_misses_nothing_that_all_of_them_show(rows: list[list[tuple[str, ...]]]) -> None:
    stated = dict(zip(KINDS, rows, strict=True))
    sums = PlaceSums([])
    for (qualifier, unit, packed), said in stated.items():
        for quantity, place, day, item, *ids in said:
            sums.add((item, qualifier, day), min(ids), place, Decimal(quantity), unit, packed)
    is_found = bool(sums.find_total() or sums.find_units() or sums.find_lost())
    header, match = SimpleNamespace(segments=[]), re.compile("").match("")
    try:
        check_sums(stated, header, match)  # type: ignore[arg-type]
    except NotPlainError:
        assert is_found
    else:
        assert not is_found


def write_split(places: str, number: int) -> str:
    """An 852 of what was sold in two stores."""
    rows = [
        f"ST*852*{number:04d}", "XQ*H*20261102*20261108", "LIN*1*UP*614141100019",
        "ZA*QS", f"SDQ*EA*92*{places}", "CTT*1",
    ]  # fmt: skip
    return "~".join([*rows, f"SE*{len(rows) + 1}*{number:04d}~"])


@pytest.mark.parametrize("exchanged", ["0014*4012345000016*0015*7", "5*10140*10150*7"])
def test_a_store_and_its_quantity_that_have_changed_places_are_refused_by_both_routes(exchanged: str) -> None:
    routes, envelope = Routes(X12), X12
    usual = "10140*{0}*10150*7" if exchanged.startswith("5") else "0012*{0}*0015*7"
    for number in range(1, PROOFS + 3):
        routes.read(write_split(usual.format(number), number), envelope)
    assert routes.read(write_split(usual.format(3), 90), envelope).route == "plan"
    text = write_split(exchanged, 91)
    row, other = routes.read(text, envelope), routes.read_bare(text, envelope)
    assert (row.is_valid, row.is_complete, row.problems) == (other.is_valid, other.is_complete, other.problems)
    assert not row.is_complete


def write_unplaced(reference: str, number: int) -> str:
    """An 852 of what a chain sold, under a reference of which X12 128 does not say that it is to a document."""
    rows = [
        f"ST*852*{number:04d}", "XQ*H*20261102*20261108", f"REF*{reference}",
        "LIN*1*UP*614141100019", f"ZA*QS*{number}*EA", "CTT*1",
    ]  # fmt: skip
    return "~".join([*rows, f"SE*{len(rows) + 1}*{number:04d}~"])


def test_a_reference_that_may_be_the_place_of_lines_without_one_is_never_left_to_plans() -> None:
    routes, envelope = Routes(X12), X12
    for number in range(10, PROOFS + 13):
        assert routes.read(write_unplaced(f"YC*{number}", number), envelope).is_complete
    text = write_unplaced("YC*101", 91)
    row, other = routes.read(text, envelope), routes.read_bare(text, envelope)
    assert (row.is_valid, row.problems) == (other.is_valid, other.problems)
    assert not row.is_valid
