"""Layouts that a stranger sent: each was once read wrongly in silence."""

import pytest

from udf.compiler import Compiler
from udf.contract import Outcome
from udf.reference import load_reference
from udf.train.clerk import Clerk

A, B = "4006381333931", "9501101530003"


def compile_as_wanted(body: str, message_type: str) -> Outcome:
    """With the answers that the gatekeeper would hear: what is left is what the code alone decides."""
    if message_type.isdigit():
        rows = [f"ST*{message_type}*0001", *body.split(" ")]
        text = "~".join([*rows, f"SE*{len(rows) + 1}*0001~"])
    else:
        rows = [f"UNH+1+{message_type}:D:96A:UN:EAN004", *body.split(" ")]
        text = "'".join([*rows, f"UNT+{len(rows) + 1}+1'"])
    clerk = Clerk()
    clerk.study(text)
    return Compiler(clerk, load_reference()).compile_batch([text])[0]


def places(outcome: Outcome) -> list[str | None]:
    assert outcome.document is not None
    return [line.location_id for line in outcome.document.lines]


@pytest.mark.parametrize(
    ("message_type", "body"),
    [
        ("852", f"XQ*H*20260105*20260111 {{}}LIN*1*EN*{A} ZA*QS*5*EA {{}}LIN*2*EN*{B} ZA*QS*6*EA"),
    ],
)
@pytest.mark.parametrize("party", ["N1*VN*B*92*99", "N1*SU*B*UL*9501101530003", "N1*FR*B*9*123456789"])
def test_a_party_beside_the_store_of_a_group_does_not_hide_it(message_type: str, body: str, party: str) -> None:
    groups = [f"N1*ST*A*92*{store} {party} " for store in ("042", "043")]
    assert places(compile_as_wanted(body.format(*groups), message_type)) == ["042", "043"]


@pytest.mark.parametrize("place", ["NAD+ST+{}::92", "LOC+162+{}::92", "NAD+SN+{}::92"])
def test_a_party_beside_the_place_of_an_edifact_group_does_not_hide_it(place: str) -> None:
    groups = [f"{place.format(store)} NAD+BY+B::92 LIN+{n}++{A}:EN QTY+153:5" for n, store in enumerate(("1", "2"), 1)]
    outcome = compile_as_wanted(f"BGM+73E+1+9 DTM+356:20260105:102 {' '.join(groups)}", "SLSRPT")
    assert places(outcome) == ["1", "2"]


@pytest.mark.parametrize("opener", ["CUX+2:{}:10", "CUX+2:{}:10 LOC+162+S1::92"])
def test_a_currency_that_opens_lines_is_not_given_to_the_line_before(opener: str) -> None:
    lines = " ".join(f"{opener.format(c)} LIN+1++{A}:EN PRI+AAA:5 QTY+153:5" for c in ("EUR", "CHF"))
    assert not compile_as_wanted(f"BGM+73E+1+9 DTM+356:20260105:102 {lines}", "SLSRPT").is_valid


def test_a_period_that_opens_lines_is_not_given_to_the_line_before() -> None:
    lines = " ".join(f"DTM+356:2026010{n}:102 LOC+162+S{n}::92 LIN+{n}++{A}:EN QTY+153:5" for n in (1, 2, 3))
    assert not compile_as_wanted(f"BGM+73E+1+9 {lines}", "SLSRPT").is_valid
    lines = " ".join(f"DTM*007*2026010{n} LIN*{n}*EN*{A} QTY*33*5*EA" for n in (1, 2, 3))
    assert not compile_as_wanted(f"BIA*00*DD*1*20260105 {lines}", "846").is_valid


@pytest.mark.parametrize("price", ["PRI+AAA:9.99", "INV+2++2"])
def test_what_belongs_to_a_line_and_stands_above_it_is_refused(price: str) -> None:
    lines = " ".join(f"{price} LIN+{n}++{A}:EN QTY+145:5" for n in (1, 2))
    outcome = compile_as_wanted(f"BGM+35+1+9 DTM+366:20260105:102 NAD+SN+1::92 {lines}", "INVRPT")
    assert not outcome.is_complete
    assert "price-outside-line" in {problem.code for problem in outcome.problems}


def test_a_place_that_some_lines_have_and_others_lack_may_be_lost() -> None:
    body = f"BGM+73E+1+9 DTM+356:20260105:102 LIN+1++{A}:EN LOC+162+S1::92 QTY+153:5 LIN+2++{B}:EN QTY+153:6"
    outcome = compile_as_wanted(body, "SLSRPT")
    assert not outcome.is_valid
    assert "place-missing" in {problem.code for problem in outcome.problems}


def test_a_line_to_be_deleted_is_no_sale() -> None:
    outcome = compile_as_wanted(f"BGM+73E+1+9 DTM+356:20260105:102 LOC+162+1 LIN+1+2+{A}:EN QTY+153:3", "SLSRPT")
    assert not outcome.is_complete
    assert "line-deleted" in {p.code for p in outcome.problems}


def test_a_unit_price_need_not_say_its_basis() -> None:
    body = f"BPT*00*1*20260105*SS DTM*090*20260101 DTM*091*20260107 N1*ST**92*1 LIN*1*EN*{A} QTY*32*5*EA UIT*EA*12.50"
    outcome = compile_as_wanted(body, "867")
    assert outcome.is_complete
    assert outcome.document is not None
    assert (outcome.document.lines[0].price_type, float(outcome.document.lines[0].price or 0)) == (None, 12.5)


@pytest.mark.parametrize("count", [5, 6, 9])
def test_a_line_may_state_many_quantities(count: int) -> None:
    codes = ("QS", "QA", "QP", "QR", "QU", "QO", "OH", "QI", "QD")[:count]
    body = f"XQ*H*20260105*20260111 N1*ST**92*1 LIN*1*EN*{A} " + " ".join(f"ZA*{c}*{n}*EA" for n, c in enumerate(codes))
    outcome = compile_as_wanted(body, "852")
    assert outcome.is_complete
    assert outcome.document is not None
    assert len(outcome.document.lines) == count
