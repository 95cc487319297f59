"""Places that could belong to other lines as well, and those that are lost or named by a reference alone."""

import pytest

from tests.small_messages import message, resale, sales
from tests.unit.gatekeeper.test_controls import errors
from udf.edi.reader import read_segments
from udf.gatekeeper.placement import find_empty_groups, find_referenced_places
from udf.standards.chunks import Chunks
from udf.standards.message_types import standard_of
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.structure import split_message
from udf.train.attack.rules_engine import compile_by_rules

A, UP = "4006381333931", "LIN*1*UP*036000291452"
HEAD, ADVICE = "BGM+35+I1+9 DTM+366:20260107:102", "BIA*00*SI*I1*20260107"


def line(number: int, behind: str = "") -> str:
    return f"LIN+{number}++{A}:EN QTY+145:{number} {behind}"


def read(message_type: str, body: str) -> tuple[list, Chunks, Setting]:  # type: ignore[type-arg]
    segments = read_segments(message(message_type, body))
    setting = Setting(standard_of(message_type), message_type, "", "", None, load_reference())
    return segments, split_message(segments, message_type), setting


@pytest.mark.parametrize(
    "body",
    [
        f"{HEAD} {line(1, 'LOC+14+A')} {line(2)}",  # the last line has none behind it
        f"{HEAD} NAD+SN+S1 {line(1, 'NAD+SN+S2')} {line(2, 'NAD+SN+S3')}",  # of a kind that stands above too
        f"{HEAD} {line(1, 'NAD+Q9+A')} {line(2, 'NAD+Q9+B')}",  # of unknown role
    ],
)
def test_a_place_that_may_be_of_other_lines_is_refused(body: str) -> None:
    assert errors(message("INVRPT", body)) & {"ambiguous-structure", "place-misplaced"}, errors(message("INVRPT", body))


def test_a_place_behind_each_line_is_that_line_s() -> None:
    assert compile_by_rules(message("INVRPT", f"{HEAD} {line(1, 'LOC+14+A')} {line(2, 'LOC+14+B')}")).is_complete


def test_a_schedule_that_names_some_places_has_lost_the_others() -> None:
    body = f"{ADVICE} {UP} QTY*33*8*EA SCH*5*EA*ST*1 SCH*3*EA"
    assert "place-missing" in errors(message("846", body))


def test_places_without_a_line_are_counted() -> None:
    found = find_empty_groups(*read("INVRPT", f"{HEAD} NAD+ST+A::9 {line(1)} NAD+ST+B::9 NAD+ST+C::9 {line(2)}"))
    assert [finding.detail for finding in found] == ["1 places have no line, the first is NAD+ST+B::9."]
    assert find_empty_groups(*read("INVRPT", f"{HEAD} NAD+ST+A::9 {line(1)} NAD+ST+B::9 {line(2)}")) == []


@pytest.mark.parametrize(
    ("message_type", "reference", "is_place"),
    [
        ("852", "REF*WS*12", True), ("852", "N9*ST*12", True), ("852", "REF*ZZ*12", True), ("852", "REF*IA*12", False),
        ("852", "REF*LU", False), ("846", "REF*ZZ*12", False), ("846", "REF*LU*12", True),
    ],
)  # fmt: skip
def test_a_reference_may_name_the_only_place(message_type: str, reference: str, is_place: bool) -> None:
    quantity = "ZA*QS*5*EA" if message_type == "852" else "QTY*33*5*EA"
    beginning = "XQ*H*20260101" if message_type == "852" else ADVICE
    read_so = read(message_type, f"{beginning} {reference} {UP} {quantity}")
    assert find_referenced_places(*read_so) == [2] * is_place


def test_a_reference_of_edifact_names_no_place() -> None:
    assert find_referenced_places(*read("INVRPT", f"{HEAD} REF+WS+12 {line(1)}")) == []


def test_a_party_of_unknown_role_below_a_quantity_of_sales_is_no_place_where_others_name_them() -> None:
    # D.96A SLSRPT, group 9: QTY, MKS, NAD; the places stand in LOC (group 5)
    lines = "LIN+1++4006381333931:EN QTY+153:3 NAD+SR+REP7::92 LIN+2++9501101530003:EN QTY+153:4 NAD+SR+REP9::92"
    outcome = compile_by_rules(sales(lines))
    assert outcome.is_complete
    assert {problem.code for problem in outcome.problems} == {"unmapped-party-role"}
    assert "place-misplaced" in errors(sales(lines).replace("LOC+162", "NAD+ST"))


def test_transfers_of_one_kind_all_name_their_customer_or_none_does() -> None:
    # X12 521: SS a sale from stock, SC scrap
    sale = "PTD*SS N1*ST**92*R{0} QTY*32*{0}*EA LIN*{0}*UP*036000291452"
    scrap = "PTD*SC QTY*32*9*EA LIN*3*UP*036000291452"
    bare = "PTD*SS QTY*32*9*EA LIN*3*UP*036000291452"
    assert errors(resale(f"{sale.format(1)} {sale.format(2)} {scrap}")) == set()
    assert errors(resale(f"{sale.format(1)} {sale.format(2)} {bare}")) == {"place-missing"}


def test_a_party_that_a_line_without_a_quantity_lacks_leaves_no_doubt_and_one_that_another_lacks_does() -> None:
    head = f"{ADVICE} N1*BY**92*0988888888888"
    own = "QTY*33*5*EA N1*ST**92*W1 N1*BY**92*0977777777777"
    bare = "LIN*2*UP*036000291469 PID*F****BARE LIN*3*UP*036000291476"
    assert errors(message("846", f"{head} {UP} {own} {bare} {own}")) == {"line-without-quantity"}
    lacking = "LIN*2*UP*036000291469 QTY*33*5*EA N1*ST**92*W1 LIN*3*UP*036000291476"
    assert "ambiguous-structure" in errors(message("846", f"{head} {UP} {own} {lacking} {own}"))
