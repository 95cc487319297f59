"""Codes that the reference tables do not know are named, and the message is read."""

import pytest

from tests.small_messages import WEEK, activity, message, stock
from tests.unit.gatekeeper.test_controls import LINES, A
from tests.unit.gatekeeper.test_syntax import errors
from udf.train.attack.rules_engine import compile_by_rules


def test_odd_codes_are_named_in_warnings() -> None:
    text = message("SLSRPT", f"BGM+73E+S1+9 DTM+999:20260101:102 DTM+356:202602:616 NAD+QQ+1 {LINES}")
    outcome = compile_by_rules(text)
    assert outcome.is_complete
    assert {p.code for p in outcome.problems} >= {"unmapped-date-role", "unmapped-party-role", "week-numbering"}


def test_a_place_that_has_a_name_and_no_code_is_named() -> None:
    outcome = compile_by_rules(activity("N1*ST*STORE_7 LIN*1*UP*036000291452 ZA*QS*5*EA"))
    assert outcome.document is not None
    assert [line.location_id for line in outcome.document.lines] == ["STORE 7"]
    assert {problem.code for problem in outcome.problems} == {"place-by-name"}
    outcome = compile_by_rules(activity("N1*FR*RETAILER N1*ST*STORE*92*7 LIN*1*UP*036000291452 ZA*QS*5*EA"))
    assert {problem.code for problem in outcome.problems} == set()


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("N3*MAIN_STREET", set()),
        ("N9*DP*TOYS", set()),  # 128: a department
        ("N9*ST*0101", {"place-in-reference"}),  # 128: a store number; N9 stands in the loop of N1 (004010 852)
        ("REF*LU*0101", {"place-in-reference"}),  # 128: a location number
        ("N1*BY*CHAIN*92*0101", {"place-ambiguous"}),  # 98: a buying party, with the number of a store
        ("N1*FR*CHAIN*92*0101", set()),  # 98: who sends
    ],
)
def test_a_name_is_no_place_where_its_number_may_stand_elsewhere(beside: str, expected: set[str]) -> None:
    """CONTRACT: `location_id` is the identifier that is stated; a name beside it is another place for every join."""
    text = activity(f"N1*ST*STORE_7 {beside} LIN*1*UP*036000291452 ZA*QS*5*EA")
    assert errors(text) == expected


def test_the_name_of_a_location_is_told_as_that_of_a_party_is() -> None:
    # D.96A LOC C517: 3224 is the name of the place that 3225 is the code of
    text = message("SLSRPT", f"BGM+73E+S1+9 {WEEK} LOC+162+:::STORE_7 {LINES}")
    assert {problem.code for problem in compile_by_rules(text).problems} == {"place-by-name"}


def test_codes_that_the_tables_know_are_not_named() -> None:
    outcome = compile_by_rules(stock(f"LIN+1++{A}:EN QTY+145:5"))
    assert {problem.code for problem in outcome.problems} == set()
