"""Codes that the reference tables do not know are named, and the message is read."""

from tests.small_messages import activity, message, stock
from tests.unit.gatekeeper.test_controls import LINES, A
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


def test_codes_that_the_tables_know_are_not_named() -> None:
    outcome = compile_by_rules(stock(f"LIN+1++{A}:EN QTY+145:5"))
    assert {problem.code for problem in outcome.problems} == set()
