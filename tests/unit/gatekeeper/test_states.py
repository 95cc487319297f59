"""What stands beside a stock and says that it is not on hand, or not yet: where no table knows it, it is refused."""

import pytest

from tests.small_messages import inventory, sales, stock
from tests.unit.gatekeeper.test_syntax import LIN, UP, errors
from udf.train.attack.rules_engine import compile_by_rules


@pytest.mark.parametrize(
    "text",
    [stock(f"{LIN} QTY+145:5 STS+1+DMG"), stock(f"{LIN} QTY+145:5 STS+1+DMG QTY+145:6 STS+1+OK"),
     sales(f"{LIN} QTY+153:5 QTY+145:5 STS+1+DMG")],
)  # fmt: skip
def test_a_stock_of_which_a_status_says_something_is_refused(text: str) -> None:
    assert "stock-state-unknown" in errors(text)


@pytest.mark.parametrize(
    "text",
    [stock(f"{LIN} STS+1+OK QTY+145:5"), stock(f"{LIN} QTY+145:5 QTY+198:2 STS+1+DMG"),
     sales(f"{LIN} QTY+153:5 STS+1+REG"), stock(f"{LIN} STS+1+OK")],
)  # fmt: skip
def test_a_status_of_a_line_or_of_what_is_no_stock_is_an_attribute(text: str) -> None:
    assert "stock-state-unknown" not in errors(text)


@pytest.mark.parametrize(("day", "expected"), [("20260107", set()), ("20260210", {"stock-to-come"})])
def test_a_schedule_is_no_split_of_what_there_is(day: str, expected: set[str]) -> None:
    """004010 846: the report is of 7 January (BIA04); SCH05 018 is when goods are available."""
    split = f"SCH*5*EA*WH*W1*018*{day} SCH*7*EA*WH*W2*018*{day}"
    assert errors(inventory(f"{UP} QTY*33*12*EA {split}")) & {"stock-to-come"} == expected
    assert "stock-to-come" not in errors(inventory(f"{UP} QTY*63*12*EA {split}"))


@pytest.mark.parametrize(("last", "expected"), [("20260107", set()), ("20260210", {"stock-to-come"})])
def test_the_second_date_of_a_schedule_counts_as_the_first_does(last: str, expected: set[str]) -> None:
    """004010 SCH: 05 and 06 are one date and its qualifier, 08 and 09 another."""
    split = f"SCH*12*EA*WH*W1*018*20260105**069*{last}"
    assert errors(inventory(f"{UP} QTY*33*12*EA {split}")) & {"stock-to-come"} == expected


OTHER = "LIN+2++4006381333948:EN"


@pytest.mark.parametrize("lost", ["INV+2", "INV+++2", "INV++++2"])
def test_a_status_that_has_moved_or_is_lost_where_others_state_theirs_is_refused(lost: str) -> None:
    # D.96A INV: 4501 direction, 7491 status, 4499 reason, 4503 method
    outcome = compile_by_rules(stock(f"{LIN} QTY+145:5 INV++2 {OTHER} QTY+145:6 {lost}"))
    assert [[p.code for p in line.problems] for line in outcome.rejected_lines] == [["state-misplaced"]]
    assert outcome.document
    assert [(int(line.quantity), line.measure) for line in outcome.document.lines] == [(5, "damaged")]


@pytest.mark.parametrize(
    "text",
    [stock(f"{LIN} QTY+145:5 INV+2 {OTHER} QTY+145:6 INV+2"), stock(f"{LIN} QTY+145:5 INV++2 {OTHER} QTY+145:6"),
     stock(f"{LIN} QTY+145:5 INV++1 {OTHER} QTY+156:6 INV+2")],
)  # fmt: skip
def test_a_movement_or_a_partner_without_statuses_needs_none(text: str) -> None:
    assert "state-misplaced" not in errors(text)
