"""Messages made to lead plans astray: each has a value, or an order, on which a check of the other route hangs."""

import json

import pytest

from tests.unit.plans.routes import (
    ACTIVITY,
    BEGINNING,
    EDIFACT,
    INQUIRY,
    PLACE,
    SOLD,
    STOCK,
    STOCKED,
    X12,
    Routes,
    held,
    line,
    shop,
    write_edifact,
    write_stock,
    write_x12,
)
from udf import compiler, outcome
from udf.outcome import Envelope

EDIFACT_ATTACKS: dict[str, tuple[list[list[str]], list[str]]] = {
    "a place that comes again with the same lines": (
        [[*SOLD, *line(), *line(2), "LOC+162+4012345000047::9", *line(), *line(2)]],
        [*SOLD, *line(), *line(2), PLACE, *line(), *line(2)],
    ),
    "a place that has the sums of all others": (
        [[*BEGINNING, *shop("4012345000030", 4, 3), *shop("4012345000047", 5, 1), *shop("4012345000054", 2, 2)]],
        [*BEGINNING, *shop("4012345000030", 9, 4), *shop("4012345000047", 4, 3), *shop("4012345000054", 5, 1)],
    ),
    "a chain's own number with the sum of its places": (
        [[*BEGINNING, "NAD+SE+4012345000030::9", *shop("4012345000061", 4), *shop("4012345000047", 5),
          *shop("4012345000054", 2)]],
        [*BEGINNING, "NAD+SE+4012345000030::9", *shop("4012345000030", 9), *shop("4012345000047", 4),
         *shop("4012345000054", 5)],
    ),
    "a number of the item that is stated twice, then two numbers": (
        [[*SOLD, "LIN+1++ABCD:SA", "PIA+5+ABCD:SA", "QTY+153:3:PCE"]],
        [*SOLD, "LIN+1++ABCD:SA", "PIA+5+ABCE:SA", "QTY+153:3:PCE"],
    ),
    "an identifier exchanged with a type that no list has": (
        [[*SOLD, "LIN+1++ABCD:QQ", "QTY+153:3:PCE"]], [*SOLD, "LIN+1++SRV:QQ", "QTY+153:3:PCE"]
    ),
    "a range and its ends, of which one is another day": (
        [[*BEGINNING, "DTM+356:20261102-20261108:718", PLACE, *line()]],
        [*BEGINNING[:2], "DTM+90:20261101:102", *BEGINNING[3:], "DTM+356:20261102-20261108:718", PLACE, *line()],
    ),
    "a month and its ends, of which all are of another": (
        [[*BEGINNING[:2], "DTM+356:202611:610", "DTM+90:20261101:102", "DTM+91:20261130:102", PLACE, *line()]],
        [*BEGINNING[:2], "DTM+356:202611:610", "DTM+90:20261001:102", "DTM+91:20261031:102", PLACE, *line()],
    ),
    "a day in two forms in a line, then two days": (
        [[*BEGINNING[:2], PLACE, *line(1, "DTM+356:20261102:102", "DTM+356:202611020000:203")]],
        [*BEGINNING[:2], PLACE, *line(1, "DTM+356:20261102:102", "DTM+356:202611030000:203")],
    ),
    "an item of noughts beside its supplier's number": (
        [[*SOLD, *line(1, "PIA+1+AB77:SA")]],
        [*SOLD, "LIN+1++0000000000000:EN", "QTY+153:12:PCE", "PIA+1+AB77:SA"],
    ),
    "a plus sign that is a separator": ([[*SOLD, *line()]], [*SOLD, *line(pieces="+12")]),
    "a period of a group that no line needs, reversed": (
        [[*BEGINNING, PLACE, "DTM+90:20261102:102", "DTM+91:20261108:102",
          "LIN+1++4006381333931:EN", "DTM+90:20261103:102", "DTM+91:20261104:102", "QTY+153:3:PCE"]],
        [*BEGINNING, PLACE, "DTM+90:20261107:102", "DTM+91:20261102:102",
         "LIN+1++4006381333931:EN", "DTM+90:20261103:102", "DTM+91:20261104:102", "QTY+153:3:PCE"],
    ),
    "a period of a group that no line needs, with a date that is none": (
        [[*BEGINNING, PLACE, "DTM+90:20261102:102", "DTM+91:20261108:102",
          "LIN+1++4006381333931:EN", "DTM+90:20261103:102", "DTM+91:20261104:102", "QTY+153:3:PCE"]],
        [*BEGINNING, PLACE, "DTM+90:20261399:102", "DTM+91:20261108:102",
         "LIN+1++4006381333931:EN", "DTM+90:20261103:102", "DTM+91:20261104:102", "QTY+153:3:PCE"],
    ),
    "a count of lines in the header": (
        [[*BEGINNING, "CNT+2:1", PLACE, *line()]], [*BEGINNING, "CNT+2:4", PLACE, *line()]
    ),
    "a document number that ends in a tag": ([[*SOLD, *line()]], ["BGM+73E+VIENNABERLIN+9", *SOLD[1:], *line()]),
    "a place that ends in a tag": (
        [[*BEGINNING, "NAD+SE+4012345000023+ALPHA+1", PLACE, *line()]],
        [*BEGINNING, "NAD+SE+4012345000023+BERLIN+1", PLACE, *line()],
    ),
    "a tag behind a released terminator": (
        [[*SOLD, *line(1, "GIN+BN+ALPHA+1")]], [*SOLD, *line(1, "GIN+BN+A?'LIN+2")]
    ),
    "two prices of one kind that differ": (
        [[*SOLD, *line(1, "PRI+AAA:5", "PRI+AAA:5")]], [*SOLD, *line(1, "PRI+AAA:5", "PRI+AAA:6")]
    ),
    "a line number longer than any": (
        [[*SOLD, "LIN+L1++4006381333931:EN", "QTY+153:3:PCE"]],
        [*SOLD, "LIN+L123456789++4006381333931:EN", "QTY+153:3:PCE"],
    ),
    "an item that says that its line is deleted": (
        [[*SOLD, "LIN+1+55:SA", "QTY+153:3:PCE"]], [*SOLD, "LIN+1+2:SA", "QTY+153:3:PCE"]
    ),
    "a check digit of an item with a quotation mark": (
        [[*SOLD, "LIN+1++ABCD:EN", "QTY+153:3:PCE"]], [*SOLD, 'LIN+1++A"CD:EN', "QTY+153:3:PCE"]
    ),
    "a released byte order mark": (
        [[*SOLD, "LIN+1++ABCD:SA", "QTY+153:3:PCE"]], [*SOLD, "LIN+1++?\ufeffCD:SA", "QTY+153:3:PCE"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDIFACT_ATTACKS)
def test_plans_say_of_an_edifact_report_what_the_model_says(name: str) -> None:
    lessons, attack = EDIFACT_ATTACKS[name]
    Routes(EDIFACT).teach(write_edifact, *lessons, runs=False).compare(write_edifact(10, attack))


STOCK_ATTACKS: dict[str, tuple[list[list[str]], list[str]]] = {
    "a period of stock, reversed": (
        [[*STOCKED, *held(1, "QTY+145:5:PCE", "DTM+90:20261102:102", "DTM+91:20261108:102")]],
        [*STOCKED, *held(1, "QTY+145:5:PCE", "DTM+90:20261107:102", "DTM+91:20261102:102")],
    ),
    "a period of stock that begins on no day": (
        [[*STOCKED, *held(1, "QTY+145:5:PCE", "DTM+90:20261102:102", "DTM+91:20261108:102")]],
        [*STOCKED, *held(1, "QTY+145:5:PCE", "DTM+90:20261199:102", "DTM+91:20261108:102")],
    ),
    "a place named twice, then two places": (
        [[*STOCK, "LOC+14+:::SHOP", "LOC+18+:::SHOP", *held(1, "QTY+145:5:PCE")]],
        [*STOCK, "LOC+14+:::SHOP", "LOC+18+:::OTHER", *held(1, "QTY+145:5:PCE")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STOCK_ATTACKS)
def test_plans_say_of_a_stock_report_what_the_model_says(name: str) -> None:
    lessons, attack = STOCK_ATTACKS[name]
    Routes(EDIFACT).teach(write_stock, *lessons, runs=False).compare(write_stock(10, attack))


X12_ATTACKS: dict[str, tuple[str, list[list[str]], list[str]]] = {
    "a total of 867 that stands in a line": (
        "867",
        [["BPT*00*D#*20261109", "DTM*090*20261102", "DTM*091*20261108", "PTD*SS", "N1*ST**92*0101",
          "LIN*1*UP*614141100019", "QTY*32*5*EA", "QTY*TO*5"]],
        ["BPT*00*D#*20261109", "DTM*090*20261102", "DTM*091*20261108", "PTD*SS", "N1*ST**92*0101",
         "LIN*1*UP*614141100019", "QTY*32*5*EA", "QTY*TO*9"],
    ),
    "a document number that is a date": (
        "852",
        [["XQ*G*261102**123", *ACTIVITY[1:], "LIN*1*UP*614141100019", "ZA*QS*5*EA"]],
        ["XQ*G*261102**261101", *ACTIVITY[1:], "LIN*1*UP*614141100019", "ZA*QS*5*EA"],
    ),
    "a total with more digits than a quantity": (
        "852",
        [[*ACTIVITY[:1], "LIN*1*UP*614141100019", "ZA*QS*000000000000007*EA", "SDQ*EA*92*001*3*002*4"]],
        [*ACTIVITY[:1], "LIN*1*UP*614141100019", "ZA*QS*000000000000007*EA", "SDQ*EA*92*001*3*002*5"],
    ),
    "a name that ends in the tag of the other syntax": (
        "852",
        [["XQ*H*20261102*20261108", "N1*ST*ALPHA*92*STORES", "LIN*1*SK*A1B", "ZA*QS*5*EA"]],
        ["XQ*H*20261102*20261108", "N1*ST*BUNH*92*STORES", "LIN*1*SK*A?B", "ZA*QS*5*EA"],
    ),
    "a code as a quantity beside a code without a quantity": (
        "846",
        [[*INQUIRY, "LIN*1*UP*614141100019", "QTY*33*8*EA", "QTY*17**EA", "SDQ*EA*92*001*3*002*4",
          "LIN*2*UP*614141100026", "QTY*33**EA", "SDQ*EA*92*003*3*004*4", "QTY*17*9*EA"]],
        [*INQUIRY, "LIN*1*UP*614141100019", "QTY*33*8*EA", "QTY*17**EA", "SDQ*EA*92*001*3*002*4",
         "LIN*2*UP*614141100026", "QTY*33**EA", "SDQ*EA*92*003*3*004*4", "QTY*17*33*EA"],
    ),
    "an item type that only another line proves": (
        "852",
        [[*ACTIVITY, "LIN*1*UP*614141100019", "ZA*QS*5*EA", "LIN*2*UP*614141100026*XYZ", "ZA*QS*5*EA",
          "LIN*3*UP*614141100033*XYZ*77", "ZA*QS*5*EA", "LIN*4*UP*614141100040", "ZA*QS*6*EA"]],
        [*ACTIVITY, "LIN*1*UP*614141100019", "ZA*QS*5*EA", "LIN*2*UP*614141100026*XYZ", "ZA*QS*5*EA",
         "LIN*4*UP*614141100040", "ZA*QS*6*EA"],
    ),
    "an identifier exchanged with a type of X12 that no list has": (
        "852",
        [[*ACTIVITY, "LIN*1*QQ*ABCD", "ZA*QS*5*EA"]],
        [*ACTIVITY, "LIN*1*QQ*UP", "ZA*QS*5*EA"],
    ),
    "stock that stands twice, once by a buyer's own name": (
        "846",
        [[*INQUIRY, "LIN*1*UP*614141100019", 'N1*BY**92*A"1', "QTY*33*8*EA",
          "LIN*2*UP*614141100026", "N1*ST**92*B12", "QTY*33*8*EA"]],
        [*INQUIRY, "LIN*1*UP*614141100019", 'N1*BY**92*A"1', "QTY*33*8*EA",
         "LIN*2*UP*614141100019", 'N1*ST**92*A"1', "QTY*33*8*EA"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", X12_ATTACKS)
def test_plans_say_of_an_x12_report_what_the_model_says(name: str) -> None:
    kind, lessons, attack = X12_ATTACKS[name]
    Routes(X12).teach(write_x12(kind), *lessons, runs=False).compare(write_x12(kind)(10, attack))


def test_a_full_stop_that_releases_is_no_decimal_mark() -> None:
    announced = Envelope(standard="EDIFACT", sender="4012345000016", una="UNA:+,. '", decimal_mark=",")
    routes = Routes(announced).teach(write_edifact, [*SOLD, *line()], runs=False)
    assert routes.compare(write_edifact(9, [*SOLD, *line(pieces="14")])).route == "plan"
    assert routes.compare(write_edifact(10, [*SOLD, *line(pieces="1.5")])).route == "model"


def test_plans_of_one_version_read_no_other() -> None:
    routes = Routes(X12._replace(version=None))
    routes.teach(write_x12("852"), [*ACTIVITY, "LIN*1*UP*614141100019", "ZA*QS*5*EA"])
    routes.envelope = X12._replace(standard=None)
    routes.compare(write_x12("852")(10, [*ACTIVITY, "LIN*1*UP*614141100019", "ZA*QS*5*EA"]))


def test_a_message_that_is_too_large_is_refused_with_plans_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = Routes(EDIFACT).teach(write_edifact, [*SOLD, *line()])
    for module in ("udf.plans.routing", "udf.message"):
        monkeypatch.setattr(f"{module}.MAX_CHARACTERS", 100)
    assert not routes.compare(write_edifact(10, [*SOLD, *line()])).is_valid


def test_what_no_plan_reads_may_have_so_many_lines_and_what_plans_read_any_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    routes = Routes(EDIFACT).teach(write_edifact, [*SOLD, *line()])
    text = write_edifact(11, [*SOLD, *line(1), *line(2), *line(3)])
    routes.compare(text)
    monkeypatch.setattr("udf.message.MAX_CHUNKS", 2)
    assert routes.planned.compile_rows([text], [EDIFACT])[0].is_complete
    refused = routes.bare.compile_rows([text], [EDIFACT])[0]
    assert [problem["code"] for problem in json.loads(refused.problems)] == ["message-too-large"]


def test_an_answer_that_no_database_holds_is_refused_and_leaves_the_others_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    routes = Routes(EDIFACT).teach(write_edifact, [*SOLD, *line()])
    short = write_edifact(10, [*SOLD, *line()])
    long = write_edifact(11, [*SOLD, *line(1), *line(2), *line(3)])
    whole = routes.compare(long)
    for part in (compiler, outcome):
        monkeypatch.setattr(part, "MAX_ANSWER", len(whole.document or "") - 1)
    kept, refused, again = routes.planned.compile_rows([short, long, short], [EDIFACT] * 3)
    assert kept.is_complete
    assert again.document == kept.document
    assert (refused.message_type, refused.is_valid, refused.document) == ("SLSRPT", False, None)
    assert [problem["code"] for problem in json.loads(refused.problems)] == ["message-too-large"]


def test_a_quantity_of_thirty_digits_is_an_outcome_and_no_exception() -> None:
    routes = Routes()
    held = routes.compare(write_edifact(1, [*SOLD, *line(pieces="1" + 29 * "0")]))
    assert (held.is_complete, "quantity-not-a-number" in held.rejected_lines) == (False, True)
    assert routes.compare(write_edifact(2, [*SOLD, *line(pieces="1" + 14 * "0")])).is_complete


@pytest.mark.parametrize("by_plans", [True, False])
def test_an_answer_that_grows_too_large_is_given_up_while_it_is_made(
    by_plans: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = Routes(EDIFACT).teach(write_edifact, [*SOLD, *line()])
    long = write_edifact(11, [*SOLD, *line(1), *line(2), *line(3)])
    whole = routes.compare(long)
    for part, name, value in (
        (outcome, "MAX_ANSWER", 600),
        (outcome, "_BLOCK", 1),
    ):
        monkeypatch.setattr(part, name, value)
    assert len(whole.document or "") < compiler.MAX_ANSWER
    refused = (routes.planned if by_plans else routes.bare).compile_rows([long], [EDIFACT])[0]
    assert (refused.message_type, refused.is_valid, refused.document) == ("SLSRPT", False, None)
    assert [problem["code"] for problem in json.loads(refused.problems)] == ["message-too-large"]
