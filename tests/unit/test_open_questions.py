"""A day or a place that lines have by default alone holds only where nothing may state another."""

import pytest

from tests.small_messages import message
from udf.train.attack.rules_engine import compile_by_rules

UP = "LIN*1*UP*036000291452"
# X12 846: BIA04 is the day of the report, and that of the stock where no DTM is; 128 PO is a purchase order
STOCK = "BIA*00*SI*I1*20260107 {} " + f"N1*WH**92*W1 {UP} QTY*33*5*EA"
# X12 852: N1*BY with the short number of a store is a place where no other party is one
SOLD = "XQ*H*20260101*20260107 N1*BY**92*0012 {} " + f"{UP} ZA*QS*5*EA"


@pytest.mark.parametrize(
    ("message_type", "body", "between", "is_refused"),
    [
        ("846", STOCK, "", False),
        ("846", STOCK, "N9*XB*20260105", True),
        ("846", STOCK, "N9*PO*20260105", False),
        ("846", STOCK, "DTM*007*20260106 N9*XB*20260105", False),  # the day is stated
        ("846", STOCK, "ZPD*20260105", True),
        ("852", SOLD, "", False),
        ("852", SOLD, "N9*Q9Z*0040", True),
        ("852", SOLD, "N9*IA*0040", False),  # 128: the number that a vendor is known by
        ("852", SOLD, "N9*Q9Z*0040 N1*ST**92*0012", False),  # the place is stated
    ],
)
def test_what_may_state_another_day_or_place_refuses_a_message(
    message_type: str, body: str, between: str, is_refused: bool
) -> None:
    outcome = compile_by_rules(message(message_type, body.format(between)))
    codes = {problem.code for problem in outcome.problems if problem.severity == "error"}
    assert codes == ({"readers-disagree"} if is_refused else set())
    assert outcome.is_valid != is_refused


def test_a_place_that_is_stated_nowhere_is_a_warning_unless_something_of_nobodys_may_be_one() -> None:
    sold = "XQ*H*20260101*20260107 {} " + f"{UP} ZA*QS*5*EA"
    assert compile_by_rules(message("852", sold.format(""))).is_valid
    assert compile_by_rules(message("852", sold.format("N9*71*2"))).is_valid  # 128: a listed number
    assert not compile_by_rules(message("852", sold.format("ZST*0040"))).is_valid


# X12 867: of two transfers one names a party whose role is in no list, and is refused; the other names no place at all
TRANSFERS = (
    "BPT*05*830M*20260201*SR N1*VN*MAKER*1*010938784 PTD*BJ {} QTY*32*723*EA LIN*1*UP*036000291452"
    " DTM*090*20260105 DTM*091*20260111 PTD*SA N1*QQ**9*9297820714042 QTY*32*17*EA LIN*2*UP*012345678905"
    " DTM*090*20260105 DTM*091*20260111"
)


def test_of_lines_that_go_on_without_the_others_each_may_lack_what_something_of_nobodys_states() -> None:
    partly = compile_by_rules(message("867", TRANSFERS.format("")))
    assert partly.is_valid
    assert len(partly.document.lines) == 1  # type: ignore[union-attr]
    assert not compile_by_rules(message("867", TRANSFERS.format("MSG*0373909058244"))).is_valid
