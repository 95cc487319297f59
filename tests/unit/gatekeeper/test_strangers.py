"""Layouts that a stranger sent: each was once read wrongly in silence."""

import pytest

from udf.compiler import Compiler
from udf.contract import Outcome
from udf.standards.reference import load_reference
from udf.train.attack.rules_engine import RulesEngine

A, B = "4006381333931", "9501101530003"


def compile_by_rules(body: str, message_type: str, version: str = "D:96A:UN:EAN004") -> Outcome:
    """With the answers that the gatekeeper would hear: what is left is what the code alone decides."""
    if message_type.isdigit():
        rows = [f"ST*{message_type}*0001", *body.split(" ")]
        text = "~".join([*rows, f"SE*{len(rows) + 1}*0001~"])
    else:
        rows = [f"UNH+1+{message_type}:{version}", *body.split(" ")]
        text = "'".join([*rows, f"UNT+{len(rows) + 1}+1'"])
    rules = RulesEngine()
    rules.study(text)
    return Compiler(rules, load_reference()).compile_batch([text])[0]


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
    assert places(compile_by_rules(body.format(*groups), message_type)) == ["042", "043"]


@pytest.mark.parametrize("place", ["NAD+ST+{}::92", "LOC+162+{}::92", "NAD+SN+{}::92"])
def test_a_party_beside_the_place_of_an_edifact_group_does_not_hide_it(place: str) -> None:
    groups = [f"{place.format(store)} NAD+BY+B::92 LIN+{n}++{A}:EN QTY+153:5" for n, store in enumerate(("1", "2"), 1)]
    outcome = compile_by_rules(f"BGM+73E+1+9 DTM+356:20260105:102 {' '.join(groups)}", "SLSRPT")
    assert places(outcome) == ["1", "2"]


@pytest.mark.parametrize("opener", ["CUX+2:{}:10", "CUX+2:{}:10 LOC+162+S1::92"])
def test_a_currency_that_opens_lines_is_not_given_to_the_line_before(opener: str) -> None:
    lines = " ".join(f"{opener.format(c)} LIN+1++{A}:EN PRI+AAA:5 QTY+153:5" for c in ("EUR", "CHF"))
    assert not compile_by_rules(f"BGM+73E+1+9 DTM+356:20260105:102 {lines}", "SLSRPT").is_valid


def test_a_period_that_opens_lines_is_not_given_to_the_line_before() -> None:
    lines = " ".join(f"DTM+356:2026010{n}:102 LOC+162+S{n}::92 LIN+{n}++{A}:EN QTY+153:5" for n in (1, 2, 3))
    assert not compile_by_rules(f"BGM+73E+1+9 {lines}", "SLSRPT").is_valid
    lines = " ".join(f"DTM*007*2026010{n} LIN*{n}*EN*{A} QTY*33*5*EA" for n in (1, 2, 3))
    assert not compile_by_rules(f"BIA*00*DD*1*20260105 {lines}", "846").is_valid


@pytest.mark.parametrize("price", ["PRI+AAA:9.99", "INV+2++2"])
def test_what_belongs_to_a_line_and_stands_above_it_is_refused(price: str) -> None:
    lines = " ".join(f"{price} LIN+{n}++{A}:EN QTY+145:5" for n in (1, 2))
    outcome = compile_by_rules(f"BGM+35+1+9 DTM+366:20260105:102 NAD+SN+1::92 {lines}", "INVRPT")
    assert not outcome.is_complete
    assert "price-outside-line" in {problem.code for problem in outcome.problems}


def stock(parts: str, hold: str = "NAD+WH+1::92", version: str = "D:96A:UN:EAN004") -> Outcome:
    return compile_by_rules(f"BGM+35+1+9 DTM+366:20260105:102 {hold} LIN+1++{A}:EN {parts}", "INVRPT", version)


def advice(parts: str) -> Outcome:
    return compile_by_rules(f"BIA*00*DD*1*20260105 N1*WH*W*92*01 LIN*1*EN*{A} {parts}", "846")


def codes(outcome: Outcome) -> set[str]:
    problems = [*outcome.problems, *(p for line in outcome.rejected_lines for p in line.problems)]
    return {problem.code for problem in problems}


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        ("DTM+361:{}:102", "date_361"), ("DTM+36:{}:102", "date_36"), ("GIN+BN+{}", "identity_BN"),
        ("RFF+BT:{}", "reference_BT"),
    ],
)  # fmt: skip
def test_stock_that_is_split_by_date_batch_or_state_is_kept_apart(mark: str, name: str) -> None:
    days = ("20260601", "20260701")
    outcome = stock(" ".join(f"QTY+145:{n}:PCE {mark.format(day)}" for n, day in enumerate(days, 3)))
    assert outcome.is_complete
    assert outcome.document is not None
    assert [(int(line.quantity), line.attributes[name]) for line in outcome.document.lines] == [
        (3, "20260601"), (4, "20260701"),
    ]  # fmt: skip


def test_an_inv_before_each_quantity_tells_its_state() -> None:
    # D.97A INVRPT: INV opens the group of its quantity
    outcome = stock("INV+2+1 QTY+145:4 INV+2+2 QTY+145:5", version="D:97A:UN")
    assert outcome.is_complete
    assert outcome.document is not None
    assert [line.attributes["inventory_status"] for line in outcome.document.lines] == ["1", "2"]


@pytest.mark.parametrize(
    "parts",
    [
        "QTY+145:3 DTM+361:20260601:102 QTY+145:4",
        "QTY+145:3 DTM+361:20260601:102 QTY+145:4 DTM+361:20260601:102",
        "QTY+145:3 DTM+361:20260601:102 QTY+145:4 GIN+BN+X",
        "QTY+145:3 RFF+AAK:D1 QTY+145:4 RFF+AAK:D2",
        "QTY+145:3 DTM+179:20260601:102 QTY+145:4 DTM+179:20260602:102",
        "QTY+145:7 GIN+BN+A QTY+145:3 GIN+BN+B QTY+145:4 GIN+BN+C",
        "QTY+145:3 INV+1+1 QTY+145:4 INV+1+1",
    ],
)
def test_a_stock_with_its_parts_or_a_running_balance_is_refused(parts: str) -> None:
    outcome = stock(parts)
    assert not outcome.is_valid
    assert "repeated-quantity" in codes(outcome)


@pytest.mark.parametrize("mark", ["DTM*036*2026060{}", "LQ*AB*{}", "REF*LT*{}"])
def test_an_846_may_split_its_stock_too(mark: str) -> None:
    outcome = advice(" ".join(f"QTY*33*{n}*EA {mark.format(n)}" for n in (3, 4)))
    assert outcome.is_complete
    assert places(outcome) == ["01", "01"]


def test_a_schedule_without_places_is_of_the_place_above() -> None:
    outcome = advice("QTY*33*7*EA QTY*63*9*EA SCH*4*EA***018*20260112 SCH*5*EA***018*20260119")
    assert outcome.is_complete
    assert outcome.document is not None
    assert [(line.qualifier, int(line.quantity), line.attributes) for line in outcome.document.lines] == [
        ("33", 7, {}), ("63", 4, {"date_018": "20260112"}), ("63", 5, {"date_018": "20260119"}),
    ]  # fmt: skip
    assert places(outcome) == ["01"] * 3


def test_a_schedule_that_names_some_places_has_lost_the_others() -> None:
    lines = f"QTY*33*7*EA SCH*7*EA*92*A*018*20260112 LIN*2*EN*{B} QTY*33*9*EA SCH*9*EA***018*20260119"
    assert "place-missing" in codes(advice(lines))


def test_a_split_before_any_quantity_says_what_is_not_known() -> None:
    assert "split-without-activity" in codes(advice("SDQ*EA*92*01*3*02*4 QTY*33*7*EA QTY*63*7*EA"))


@pytest.mark.parametrize("named", ["N9*ST*042", "REF*ZZ*042", "REF*LU*042"])
@pytest.mark.parametrize("where", ["header", "line"])
def test_a_reference_that_may_be_the_only_place_is_no_silent_miss(named: str, where: str) -> None:
    head, line = (f" {named}", "") if where == "header" else ("", f" {named}")
    outcome = compile_by_rules(f"XQ*H*20260105*20260111{head} LIN*1*EN*{A}{line} ZA*QS*5*EA", "852")
    assert not outcome.is_valid
    assert "place-in-reference" in codes(outcome)
    placed = compile_by_rules(f"XQ*H*20260105*20260111{head} N1*ST**92*7 LIN*1*EN*{A}{line} ZA*QS*5*EA", "852")
    assert placed.is_complete


@pytest.mark.parametrize("hold", ["NAD+WH+1::92 NAD+ST+2::92", "LOC+14+1 LOC+18+2"])
def test_a_header_of_two_places_says_so_and_nothing_else(hold: str) -> None:
    outcome = stock("QTY+145:3", hold)
    errors = [problem.code for problem in outcome.problems if problem.severity == "error"]
    assert errors == ["place-ambiguous", "header-not-proved"]


@pytest.mark.parametrize("lines", ["LIN+1++{A}:EN QTY+12:153", "LIN+1++{A}:EN QTY+153:9 LIN+2++{B}:EN QTY+12:153"])
def test_a_code_and_a_quantity_that_changed_places_are_refused(lines: str) -> None:
    body = f"BGM+73E+1+9 DTM+356:20260105:102 LOC+162+1 {lines.format(A=A, B=B)}"
    outcome = compile_by_rules(body, "SLSRPT")
    assert not outcome.is_complete
    assert "quantity-swapped" in codes(outcome)


@pytest.mark.parametrize("lines", ["QTY+153:17 LIN+2++{B}:EN QTY+153:61", "QTY+153:153", "QTY+153:5 QTY+61:1"])
def test_quantities_that_look_like_codes_are_read(lines: str) -> None:
    body = f"BGM+73E+1+9 DTM+356:20260105:102 LOC+162+1 LIN+1++{A}:EN {lines.format(B=B)}"
    assert compile_by_rules(body, "SLSRPT").is_complete


def test_a_store_without_lines_is_said() -> None:
    body = f"BGM+73E+1+9 DTM+356:20260105:102 LOC+162+1 LIN+1++{A}:EN QTY+153:5 LOC+162+2"
    outcome = compile_by_rules(body, "SLSRPT")
    assert outcome.is_complete
    assert "place-without-lines" in codes(outcome)


def test_the_location_of_a_full_sdq_is_said() -> None:
    pairs = "*".join(f"{n:03}*1" for n in range(10))
    outcome = compile_by_rules(f"XQ*H*20260105*20260111 LIN*1*EN*{A} ZA*QS SDQ*EA*92*{pairs}*AISLE", "852")
    assert outcome.document is not None
    assert {line.attributes["sub_location"] for line in outcome.document.lines} == {"AISLE"}


@pytest.mark.parametrize("party", ["N1*FR*R*92*77", "N1*BY**9*123456789"])
def test_a_party_before_the_store_of_each_group_comes_with_it(party: str) -> None:
    groups = " ".join(f"{party} N1*ST**92*{n} LIN*{n}*EN*{A} ZA*QS*5*EA" for n in (1, 2))
    assert places(compile_by_rules(f"XQ*H*20260105*20260111 {groups}", "852")) == ["1", "2"]


def test_a_buyer_in_the_header_opens_no_transfer() -> None:
    transfers = " ".join(f"PTD*SS N1*BY**UL*7558371726657 N1*CN**92*{n} QTY*32*5*EA LIN**EN*{A}" for n in (1, 2))
    body = f"BPT*00*1*20260105*SS DTM*090*20260101 DTM*091*20260107 N1*BY**UL*0623891420000 {transfers}"
    assert places(compile_by_rules(body, "867")) == ["1", "2"]


def test_a_tag_of_an_activity_without_a_quantity_is_missed() -> None:
    body = f"XQ*H*20260105*20260111 LIN*1*EN*{A} ZA*QS SDQ*EA*92*1*2 UA*QA SDQ*EA*92*3*4"
    assert "tag-damaged" in codes(compile_by_rules(body, "852"))


def test_the_unit_of_a_quantity_that_stands_apart_is_not_dropped() -> None:
    assert not advice("QTY*29*34 AMT*S*128 UIT*LB*235.67*PE").is_complete


def test_a_date_of_the_header_behind_the_place_of_a_group_is_refused() -> None:
    groups = f"LOC+162+1 CUX+2:SEK:4 DTM+366:20260105:102 LIN+1++{A}:EN QTY+145:3 LOC+162+2 LIN+2++{B}:EN QTY+145:3"
    outcome = compile_by_rules(f"BGM+35+1+9 {groups}", "INVRPT")
    assert not outcome.is_valid
    assert "order-mixed" in codes(outcome)


def test_a_price_of_each_quantity_that_is_lost_is_not_read_as_one_for_all() -> None:
    lines = f"QTY+153:5 PRI+AAA:2 QTY+210:1 PRI+AAA:3 LIN+2++{B}:EN QTY+153:5 QTY+210:1 PRI+AAA:3"
    outcome = compile_by_rules(f"BGM+73E+1+9 DTM+356:20260105:102 LOC+162+1 LIN+1++{A}:EN {lines}", "SLSRPT")
    assert not outcome.is_valid


def test_a_place_that_some_lines_have_and_others_lack_may_be_lost() -> None:
    body = f"BGM+73E+1+9 DTM+356:20260105:102 LIN+1++{A}:EN LOC+162+S1::92 QTY+153:5 LIN+2++{B}:EN QTY+153:6"
    outcome = compile_by_rules(body, "SLSRPT")
    assert not outcome.is_valid
    assert "place-missing" in {problem.code for problem in outcome.problems}


def test_a_line_to_be_deleted_is_no_sale() -> None:
    outcome = compile_by_rules(f"BGM+73E+1+9 DTM+356:20260105:102 LOC+162+1 LIN+1+2+{A}:EN QTY+153:3", "SLSRPT")
    assert not outcome.is_complete
    assert "line-deleted" in {p.code for p in outcome.problems}


def test_a_unit_price_need_not_say_its_basis() -> None:
    body = f"BPT*00*1*20260105*SS DTM*090*20260101 DTM*091*20260107 N1*ST**92*1 LIN*1*EN*{A} QTY*32*5*EA UIT*EA*12.50"
    outcome = compile_by_rules(body, "867")
    assert outcome.is_complete
    assert outcome.document is not None
    assert (outcome.document.lines[0].price_type, float(outcome.document.lines[0].price or 0)) == (None, 12.5)


@pytest.mark.parametrize("count", [5, 6, 9])
def test_a_line_may_state_many_quantities(count: int) -> None:
    codes = ("QS", "QA", "QP", "QR", "QU", "QO", "OH", "QI", "QD")[:count]
    body = f"XQ*H*20260105*20260111 N1*ST**92*1 LIN*1*EN*{A} " + " ".join(f"ZA*{c}*{n}*EA" for n, c in enumerate(codes))
    outcome = compile_by_rules(body, "852")
    assert outcome.is_complete
    assert outcome.document is not None
    assert len(outcome.document.lines) == count


def test_a_price_that_slipped_into_the_next_line_is_not_lost_in_silence() -> None:
    lines = [f"QTY*32*{n}*EA LIN*{n}*UP*{item} PKG*F****X UIT*EA*{n}.5" for n, item in enumerate((A, B), 1)]
    sound = f"BPT*00*1*20260105*02 DTM*090*20260101 DTM*091*20260107 PTD*SS N1*ST*A*92*042 {' '.join(lines)}"
    moved = sound.replace(" UIT*EA*1.5 QTY*32*2*EA", " QTY*32*2*EA UIT*EA*1.5")
    assert moved != sound
    assert compile_by_rules(sound, "867").is_complete
    assert not compile_by_rules(moved, "867").is_valid


def test_a_price_that_is_lost_behind_a_count_of_documents_is_missed() -> None:
    lines = [
        f"LIN*{n}*UP*{item} ZA*QS*{n}*EA QTY*OC*3 CTP*DI*RES*{n}.5 ZA*QA*9*EA QTY*OC*2 CTP*DI*RES*{n}.25"
        for n, item in enumerate((A, B), 1)
    ]
    sound = f"XQ*H*20260105*20260111 N1*ST*A*92*042 {' '.join(lines)}"
    assert compile_by_rules(sound, "852").is_complete
    assert not compile_by_rules(sound.replace(" CTP*DI*RES*2.5", ""), "852").is_valid


@pytest.mark.parametrize("place", ["LOC+162+::9", "NAD+ST+::92", "NAD+WH+:160:92"])
def test_a_code_list_without_a_place_is_no_place(place: str) -> None:
    body = f"BGM+73E+1+9 DTM+356:20260105:102 {place} LIN+1++{A}:EN QTY+153:5"
    assert not compile_by_rules(body, "SLSRPT").is_valid


@pytest.mark.parametrize(("was", "becomes"), [("LIN*2", "IN*2"), ("QTY*17", "TY*17"), ("CTP**RTL*8", "TP**RTL*8")])
def test_a_tag_that_lost_a_letter_is_damaged(was: str, becomes: str) -> None:
    body = (
        f"XQ*H*20260105*20260111 N1*ST*A*92*042 LIN*1*UP*{A} ZA*QS*5*EA CTP**RTL*9 QTY*17*7*EA"
        f" LIN*2*UP*{B} ZA*QS*6*EA CTP**RTL*8 QTY*17*2*EA"
    )
    assert was in body
    assert not compile_by_rules(body.replace(was, becomes, 1), "852").is_valid


@pytest.mark.parametrize("lines", [f"QTY*32*5*EA LIN*1*UP*{A} LIN*2*UP*{B}", f"LIN*1*UP*{A} QTY*32*5*EA LIN*2*UP*{B}"])
def test_an_item_without_a_quantity_does_not_vanish_from_an_867(lines: str) -> None:
    body = f"BPT*00*1*20260105*02 DTM*090*20260101 DTM*091*20260107 PTD*SS N1*ST*A*92*042 {lines} CTT*2"
    assert not compile_by_rules(body, "867").is_complete
