"""Documents: what proved records become, nearest statement first."""

import csv
import datetime

import pytest

from tests.small_messages import activity, inventory, message, resale, sales, stock
from udf.contract import Document, Envelope, Line, Outcome
from udf.document import FLOWS
from udf.standards.meanings import STOCK
from udf.standards.reference import FOLDER
from udf.train.attack.rules_engine import compile_by_rules

LIN = "LIN+1++4006381333931:EN"
UP = "LIN*1*UP*036000291452"


def codes(outcome: Outcome) -> set[str]:
    return {problem.code for problem in outcome.problems}


def document(text: str) -> Document:
    outcome = compile_by_rules(text)
    assert outcome.is_complete, outcome.problems
    assert outcome.document is not None
    return outcome.document


def first_line(text: str) -> Line:
    return document(text).lines[0]


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_sales_have_a_period_and_stock_a_date() -> None:
    sold, held = document(sales(f"{LIN} QTY+153:1 QTY+145:5")).lines
    assert (sold.period_start, sold.period_end, sold.as_of_date) == (day("2026-01-01"), day("2026-01-07"), None)
    assert (held.period_start, held.period_end, held.as_of_date) == (None, None, day("2026-01-07"))


def test_a_header_of_a_range_and_of_another_start_has_two_periods() -> None:
    # D.96A DTM 2379 718 names both ends; a start beside it has to be the same
    head = "BGM+73E+S1+9 DTM+356:20260101-20260107:718 DTM+90:{}:102 LOC+162+S1"
    assert "date-ambiguous" in codes(compile_by_rules(message("SLSRPT", f"{head.format(20251201)} {LIN} QTY+153:1")))
    assert first_line(message("SLSRPT", f"{head.format(20260101)} {LIN} QTY+153:1")).period_end == day("2026-01-07")


def test_what_came_back_in_a_transfer_of_an_unknown_kind_is_unmapped() -> None:
    # 004010 521: SS stock sale, SU summary
    for kind, measure in (("SS", "returned"), ("SU", "unmapped")):
        outcome = compile_by_rules(resale(f"PTD*{kind} N1*ST**92*1 QTY*76*5*EA {UP}"))
        assert outcome.document is not None
        assert [line.measure for line in outcome.document.lines] == [measure]


def test_what_there_was_at_the_beginning_is_of_a_period_and_not_of_its_last_day() -> None:
    # 859 QB and QE, D.96A 6063 157 and 158: balance at the beginning and at the end
    opening, closing = document(activity(f"{UP} ZA*QB*5*EA ZA*QE*3*EA")).lines
    assert (opening.period_start, opening.period_end) == (day("2026-01-01"), day("2026-01-07"))
    assert (opening.as_of_date, closing.as_of_date) == (None, day("2026-01-07"))
    (balance,) = document(sales(f"{LIN} QTY+157:5")).lines
    assert (balance.period_start, balance.as_of_date) == (day("2026-01-01"), None)


def test_a_document_date_is_never_a_period() -> None:
    line = first_line(message("SLSRPT", f"BGM+73E+S1+9 DTM+137:20260108:102 {LIN} QTY+153:1"))
    assert (line.period_start, line.period_end) == (None, None)


def test_a_nearer_period_wins_and_is_named_where_it_contradicts_the_header() -> None:
    text = sales(f"{LIN} DTM+356:20260203:102 QTY+153:1")
    assert first_line(text).period_end == day("2026-02-03")
    assert "period-outside-header" in codes(compile_by_rules(text))


def test_a_stock_date_is_not_the_period_of_what_was_sold() -> None:
    header = "BGM+73E+S1+9 DTM+366:20260107:102 DTM+90:20260101:102 DTM+91:20260107:102"
    sold, held = document(message("SLSRPT", f"{header} {LIN} QTY+153:1 QTY+145:5")).lines
    assert (sold.period_start, sold.period_end) == (day("2026-01-01"), day("2026-01-07"))
    assert held.as_of_date == day("2026-01-07")


def test_a_period_years_from_its_interchange_is_named_where_the_document_has_no_date() -> None:
    # Month, day and year, where the standard has them the other way round: 4 to 10 January 2026.
    text = message("852", f"XQ*H*010426*011026 {UP} ZA*QS*5*EA")
    for prepared_at, expected in (("2026-01-12T09:00:00", {"date-implausible"}), ("yesterday", set()), (None, set())):
        outcome = compile_by_rules(text, Envelope(standard="X12", prepared_at=prepared_at))
        assert codes(outcome) & {"date-implausible"} == expected


def test_a_period_years_from_its_document_is_named() -> None:
    text = message("SLSRPT", f"BGM+73E+S1+9 DTM+137:20260108:102 DTM+356:20160107:102 {LIN} QTY+153:1")
    assert "date-implausible" in codes(compile_by_rules(text))


@pytest.mark.parametrize("code", ["1", "4", "5", "7", "9"])
def test_the_function_of_a_document_is_named(code: str) -> None:
    names = {"1": "cancellation", "4": "change", "5": "replacement", "7": "duplicate", "9": "original"}
    assert document(message("SLSRPT", f"BGM+73E+S1+{code} {LIN} QTY+153:1")).function == names[code]


def test_a_cancellation_may_name_nothing_but_its_document() -> None:
    assert document(message("SLSRPT", "BGM+73E+S1+1")).function == "cancellation"


def test_any_other_document_without_lines_is_invalid() -> None:
    assert not compile_by_rules(message("SLSRPT", "BGM+73E+S1+9")).is_valid


def test_the_currency_of_a_line_wins_over_the_headers() -> None:
    text = message(
        "INVRPT",
        f"BGM+35+I1+9 CUX+2:EUR:10 {LIN} QTY+145:1 PRI+AAA:2 CUX+2:SEK:10 LIN+2++9:EN QTY+145:2 PRI+AAA:3 CUX+2:EUR:10",
    )
    assert [line.currency for line in document(text).lines] == ["SEK", "EUR"]


def test_a_line_with_two_currencies_is_refused() -> None:
    text = stock(f"{LIN} QTY+145:1 CUX+2:EUR:10 CUX+2:SEK:10")
    assert "currency-ambiguous" in codes(compile_by_rules(text))


def test_stock_that_inventory_status_calls_damaged_is_damaged() -> None:
    text = stock(f"{LIN} INV+2+2 QTY+145:1:PCE")
    assert first_line(text).attributes == {"inventory_direction": "2", "inventory_status": "2"}
    assert first_line(text).measure == "damaged"


def test_a_fraction_of_a_piece_is_named() -> None:
    assert "fraction-of-pieces" in codes(compile_by_rules(sales(f"{LIN} QTY+153:1.234:PCE")))
    assert "fraction-of-pieces" not in codes(compile_by_rules(sales(f"{LIN} QTY+153:1.234:KGM")))


def test_stock_of_two_batches_is_not_the_same_stock() -> None:
    text = stock(f"{LIN} GIN+BN+B1 QTY+145:1 LIN+2++4006381333931:EN GIN+BN+B2 QTY+145:2")
    assert len(document(text).lines) == 2


def test_stock_stated_twice_rejects_both_lines_and_no_other() -> None:
    text = inventory(f"{UP} QTY*33*5*EA LIN*2*UP*012345678905 QTY*33*6*EA LIN*3*UP*036000291452 QTY*33*7*EA")
    outcome = compile_by_rules(text)
    assert outcome.is_valid
    assert outcome.document is not None
    assert [line.item_id for line in outcome.document.lines] == ["012345678905"]
    assert [line.line_number for line in outcome.rejected_lines] == ["1", "3"]


def test_every_copied_value_stands_at_its_span() -> None:
    text = sales(f"{LIN} PRI+AAA:9.99 QTY+153:1:PCE")
    line = first_line(text)
    for field in ("item_id", "item_id_type", "location_id", "qualifier", "unit", "price_type"):
        start, end = line.source[field]
        assert text[start:end] == getattr(line, field)


def places(text: str) -> list[str | None]:
    outcome = compile_by_rules(text)
    assert outcome.is_valid, outcome.problems
    assert outcome.document is not None
    return [line.location_id for line in outcome.document.lines]


OTHER = "LIN+2++4006381333948:EN"


def test_a_weak_place_is_none_where_the_message_names_another() -> None:
    """NAD GY, DP and UD; a quantity that lost its own place does not get theirs."""
    reporter = "BGM+35+I1+9 DTM+366:20260107:102 NAD+GY+4012345000016::9"
    assert places(message("INVRPT", f"{reporter} {LIN} QTY+145:1")) == ["4012345000016"]
    lost = f"{reporter} {LIN} QTY+145:1 LOC+14+S1 {OTHER} QTY+145:2 LIN+3++4006381333955:EN QTY+145:2 LOC+14+S3"
    assert "place-missing" in codes(compile_by_rules(message("INVRPT", lost)))
    assert places(sales(f"{LIN} QTY+153:10:PCE NAD+DP+CUST77::91")) == ["4012345000016"]
    assert places(stock(f"{LIN} QTY+145:1 LOC+18+W1::92 LOC+11+T7::92")) == ["W1"]


def test_what_splits_a_quantity_is_a_place_by_its_role_alone() -> None:
    """128 WS, ST and LU are places, LT and PO none; in a SCH the role of element 98 says so."""
    held = "N1*WH*MAIN*92*W1"
    assert places(inventory(f"{UP} QTY*33*9*EA LS*REF REF*WS*A1*4 REF*WS*A2*5 LE*REF")) == ["A1", "A2"]
    lots = document(inventory(f"{held} {UP} QTY*33*9*EA LS*REF REF*LT*L1*4 REF*LT*L2*5 LE*REF")).lines
    assert [(line.location_id, line.attributes["reference_LT"]) for line in lots] == [("W1", "L1"), ("W1", "L2")]
    carriers = f"{held} {UP} QTY*63*9*EA SCH*4*EA*CA*UPS*017*20260201 SCH*5*EA*CA*FEDEX*017*20260202"
    assert places(inventory(carriers)) == ["W1", "W1"]
    shelf = inventory(f"{held} {UP} QTY*33*9*EA REF*WS*AISLE7*9")
    assert "place-ambiguous" in codes(compile_by_rules(shelf))


def test_what_comes_later_is_no_part_of_what_there_is() -> None:
    line = first_line(inventory(f"N1*WH*MAIN*92*W1 {UP} QTY*33*20*EA SCH*50*EA***018*20260610"))
    assert (line.quantity, line.attributes["scheduled_018_20260610"]) == (20, "50")


def test_the_place_of_an_846_line_stands_behind_all_of_its_quantities() -> None:
    assert places(inventory(f"{UP} QTY*33*9*EA QTY*63*4*EA N1*WH*MAIN*92*W1")) == ["W1", "W1"]
    assert places(inventory(f"{UP} SDQ*EA*54*W1*4*W2*5 QTY*33*9*EA")) == ["W1", "W2"]


def test_a_total_before_its_places_is_their_sum_and_only_the_places_are_recorded() -> None:
    """D.96A INVRPT: QTY is group 10 of LIN, and LOC behind it is its own."""
    split = f"{LIN} QTY+145:300:PCE QTY+145:100:PCE LOC+14+S1 QTY+145:{{}}:PCE LOC+14+S2"
    lines = document(message("INVRPT", f"BGM+35+I1+9 DTM+366:20260107:102 {split.format(200)}")).lines
    assert [(line.location_id, line.quantity) for line in lines] == [("S1", 100), ("S2", 200)]
    wrong = compile_by_rules(message("INVRPT", f"BGM+35+I1+9 DTM+366:20260107:102 {split.format(201)}"))
    assert "place-order" in codes(wrong)


def test_places_that_fit_in_two_ways_are_refused() -> None:
    """D.96A INVRPT has LOC behind LIN and behind QTY, and none above LIN but the message's; an 846 likewise."""
    both = stock(f"{LIN} LOC+14+S1 QTY+145:10 LOC+14+S2 QTY+21:4")
    assert "place-order" in codes(compile_by_rules(both))
    above = message("INVRPT", f"BGM+35+I1+9 DTM+366:20260107:102 LOC+14+S1 {LIN} QTY+145:1 LOC+14+S2 {OTHER} QTY+145:2")
    assert "ambiguous-structure" in codes(compile_by_rules(above))
    sets = f"N1*WH*A*92*0100 {UP} QTY*33*5*EA N1*WH*B*92*0200 LIN*2*UP*036000291469 QTY*33*7*EA"
    assert "ambiguous-structure" in codes(compile_by_rules(inventory(sets)))


def test_the_currency_is_the_reference_currency_of_6347() -> None:
    head = "BGM+73E+S1+9 DTM+356:20260107:102 CUX+3:USD:4+2:EUR:10 LOC+162+S1"
    assert first_line(message("SLSRPT", f"{head} {LIN} PRI+AAA:2 QTY+153:1")).currency == "EUR"


@pytest.mark.parametrize("code", ["2", "6", "46", "ZZ"])
def test_a_function_without_a_meaning_of_ours_is_named(code: str) -> None:
    text = message("SLSRPT", f"BGM+73E+S1+{code} DTM+356:20260107:102 LOC+162+S1 {LIN} QTY+153:1")
    assert "unsupported-function" in codes(compile_by_rules(text))


def test_a_sub_line_names_the_line_that_it_is_a_part_of() -> None:
    """D.96A LIN C829: 5495 1, then 1082 of the line that contains this one."""
    whole, part = document(sales(f"{LIN} QTY+153:1 LIN+2+++1:1 PIA+5+0140449272:IB QTY+153:1")).lines
    assert whole.parent_line is None
    assert (part.item_id, part.parent_line) == ("0140449272", "1")
    assert "parent_line" in part.source


def test_the_unit_of_an_846_line_is_that_of_its_quantities_without_one() -> None:
    """004010 846: UIT stands in the LIN loop as well as in that of QTY."""
    lines = document(inventory(f"{UP} UIT*EA QTY*33*5 QTY*63*2*CA")).lines
    assert [line.unit for line in lines] == ["EA", "CA"]


def test_the_kinds_of_measures_are_those_of_the_table() -> None:
    with (FOLDER / "measures.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["measure"]: row["kind"] for row in csv.DictReader(file)}
    moved = {measure for measure, kind in kinds.items() if kind == "movement"}
    # These are of a day only, as `discrete` and what somebody wants are no goods that went.
    assert moved - FLOWS == {
        "received_not_accepted", "transferred", "withdrawn", "additional_demand", "requested", "discrete",
    }  # fmt: skip
    assert {kinds[measure] for measure in STOCK} == {"snapshot"}
    assert {measure for measure in FLOWS if kinds.get(measure, "movement") != "movement"} == set()
