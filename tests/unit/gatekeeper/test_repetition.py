"""The same quantity twice: what tells the two apart lets them pass, and nothing else does."""

import pytest

from tests.small_messages import activity, sales, stock
from tests.unit.gatekeeper.test_syntax import LIN, UP, errors


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{LIN} QTY+153:5 RFF+AAK:1 QTY+153:5 RFF+AAK:2"), sales(f"{LIN} QTY+153:5:PCE QTY+153:1:KGM"),
        activity(f"{UP} ZA*QS*5*EA*007*20260101 ZA*QS*5*EA*007*20260102"),
        stock(f"{LIN} QTY+145:5 RFF+BT:1 QTY+145:6 RFF+BT:2"), stock(f"{LIN} INV+1+1 QTY+145:5 INV+1+2 QTY+145:6"),
    ],
)  # fmt: skip
def test_quantities_that_say_what_they_are_pass(text: str) -> None:
    assert "repeated-quantity" not in errors(text), errors(text)


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{LIN} QTY+153:5 QTY+153:5"), sales(f"{LIN} QTY+153:5 RFF+AAK:1 QTY+153:5 RFF+AAK:1"),
        sales(f"{LIN} QTY+153:5:PCE QTY+153:5"), activity(f"{UP} ZA*QS*5*EA ZA*QS*6*EA"),
        stock(f"{LIN} QTY+145:5 RFF+BT:1 QTY+145:6"),  # a total with one part
        stock(f"{LIN} QTY+145:5 RFF+ON:1 QTY+145:6 RFF+ON:2"),  # orders do not lie apart
        stock(f"{LIN} QTY+145:11 RFF+BT:1 QTY+145:5 RFF+BT:2 QTY+145:6 RFF+BT:3"),  # one is the others' sum
    ],
)  # fmt: skip
def test_quantities_that_nothing_tells_apart_are_refused(text: str) -> None:
    assert "repeated-quantity" in errors(text), errors(text)
